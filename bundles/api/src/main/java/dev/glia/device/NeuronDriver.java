package dev.glia.device;

import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Put this on a {@link DeviceDriver} component: it sets the service property {@link
 * DeviceDriver#ARCHITECTURE} and writes the capability {@code dev.glia.driver} into the manifest of
 * the bundle. It is the only annotation of Glia that a driver needs.
 *
 * <p>What the bundle of a driver must be. The conformance kit names these ids; the framework, which
 * resolves and starts the bundle, and Glia, which replaces it while requests run, rely on them.
 *
 * <ul>
 *   <li>[DRV-01] It has a symbolic name and a version, which tells its revisions apart.
 *   <li>[DRV-02] It provides one capability {@code dev.glia.driver} for each architecture, and the
 *       service {@link DeviceDriver}; this annotation and the component write both.
 *   <li>[DRV-03] It imports the API from the version it was made for up to the next major one: what
 *       a driver implements is {@code @ConsumerType}.
 *   <li>[DRV-04] It holds no class of the API, so that Glia and it speak of the same types.
 *   <li>[DRV-05] It exports no package that is not its own, and is no fragment of another bundle.
 *   <li>[DRV-06] It names the packages that it needs: no bundle as a whole, no dynamic import of
 *       everything. What is missing is told before it starts.
 *   <li>[DRV-07] Of Glia it knows {@code dev.glia.device}, {@code dev.glia.runtime}, {@code
 *       dev.glia.config} and {@code dev.glia.log}; what it takes from the device kit it carries
 *       inside.
 *   <li>[DRV-08] It is pure Java. Native code cannot be replaced in a running process; it belongs
 *       into a bundle of its own, which registers an engine.
 *   <li>[DRV-09] It resolves with nothing but the API, Declarative Services and SLF4J.
 *   <li>[DRV-10] It starts and stops without throwing and without waiting, whether what it builds
 *       on is there or not, again and again. A core may still be open: what is closed later is
 *       closed without a word.
 *   <li>[DRV-11] Two revisions of it are active side by side, and neither disturbs the other.
 * </ul>
 */
@ComponentPropertyType
@Capability(namespace = NeuronDriver.NAMESPACE, attribute = "architecture=${#arch}")
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface NeuronDriver {

    /** The namespace of the capability that a driver bundle provides. */
    String NAMESPACE = "dev.glia.driver";

    /** The prefix of the property names of this type. */
    String PREFIX_ = "glia.driver.";

    /** {@return the architecture, equal to the name in {@link DeviceDriver#architecture()}} */
    String arch();
}

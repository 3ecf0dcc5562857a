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
 * the bundle.
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

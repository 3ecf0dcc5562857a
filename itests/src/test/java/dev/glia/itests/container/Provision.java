package dev.glia.itests.container;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;

import dev.glia.runtime.RuntimeLifecycle;

import org.ops4j.pax.exam.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a container is made of, to be combined freely; of two values for a variable the later one
 * counts.
 */
public final class Provision {

    /**
     * Their packages come from the class path of the test, so that both sides speak of the same
     * types.
     */
    private static final String[] SHARED = {
        "dev.glia.api",
        "dev.glia.neff",
        "org.osgi.service.component",
        "org.osgi.util.promise",
        "org.osgi.util.function"
    };

    private Provision() {}

    /** {@return every bundle} */
    public static Option core() {
        return bundles(Jars.all());
    }

    /**
     * {@return every bundle but the driver of an architecture}
     *
     * @param architecture such as {@code trn2}
     */
    public static Option withoutDriver(String architecture) {
        return without("dev.glia.driver-" + architecture);
    }

    /**
     * {@return every bundle but one}
     *
     * @param symbolicName such as {@code dev.glia.engine-onnx}
     */
    public static Option without(String symbolicName) {
        Path left = Jars.of(symbolicName);
        return bundles(Jars.all().stream().filter(jar -> !jar.equals(left)).toList());
    }

    /**
     * {@return a variable, given as a framework property}
     *
     * @param name such as {@code NEURON_RT_NUM_CORES}
     * @param value its value
     */
    public static Option property(String name, String value) {
        return frameworkProperty(name).value(value);
    }

    /**
     * {@return the emulated instance}
     *
     * @param type an instance type or an architecture
     */
    public static Option instance(String type) {
        return property("GLIA_INSTANCE", type);
    }

    /** {@return the runtime waits for {@link RuntimeLifecycle#init()}} */
    public static Option manualInit() {
        return property(RuntimeLifecycle.INIT, "manual");
    }

    /**
     * {@return the folder of emulated instances and locks, for containers that share one}
     *
     * @param folder the folder
     */
    public static Option stateDir(Path folder) {
        return property("GLIA_STATE_DIR", folder.toString());
    }

    static Option sharedPackages() {
        return systemPackages(
                Stream.of(SHARED)
                        .map(Jars::of)
                        .map(
                                jar ->
                                        Jars.manifest(jar)
                                                .getMainAttributes()
                                                .getValue("Export-Package"))
                        .toArray(String[]::new));
    }

    private static Option bundles(List<Path> jars) {
        return composite(
                jars.stream()
                        .map(jar -> bundle("reference:" + jar.toUri()))
                        .toArray(Option[]::new));
    }
}

package dev.glia.itests.driver;

import dev.glia.itests.container.Jars;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the build put aside for the tests of drivers. */
public final class DriverFiles {
    /** The checkout. */
    public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** The version of everything. */
    public static final String VERSION = "0.1.0";

    private static final Path FOLDER = Path.of("target", "drivers").toAbsolutePath();

    private DriverFiles() {}

    /**
     * {@return a jar that was put aside}
     *
     * @param artifact its name
     */
    public static Path of(String artifact) {
        return FOLDER.resolve(artifact + ".jar");
    }

    /** {@return the sample of an emulated accelerator} */
    public static Path acme1() {
        return of("dev.glia.examples.driver-acme1");
    }

    /** {@return the command that checks drivers with the conformance kit} */
    public static List<String> kit(String... arguments) {
        String path =
                Stream.concat(
                                Stream.of(
                                        of("dev.glia.driver-tck"),
                                        of("org.apache.felix.framework")),
                                Stream.of(
                                                "dev.glia.api",
                                                "dev.glia.log",
                                                "dev.glia.config",
                                                "jackson-core")
                                        .map(Jars::of)
                                        .map(Path::toAbsolutePath))
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator));
        return Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                path,
                                "dev.glia.driver.tck.Main"),
                        Stream.of(arguments))
                .toList();
    }
}

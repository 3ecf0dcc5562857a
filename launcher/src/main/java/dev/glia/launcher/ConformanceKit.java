package dev.glia.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The conformance kit for drivers that the distribution carries. It runs in a process of its own:
 * nothing of it is on the class path of other commands, and what a driver leaves behind ends with
 * it.
 */
public final class ConformanceKit {
    private static final String MAIN = "dev.glia.driver.tck.Main";

    private ConformanceKit() {}

    /**
     * Runs the kit to its end, with the streams of this process.
     *
     * @param arguments what its main class understands
     * @return its exit code
     * @throws IOException when it cannot be started
     * @throws InterruptedException when this thread was interrupted; the kit is ended
     */
    public static int run(List<String> arguments) throws IOException, InterruptedException {
        Path home = Home.find(null).folder();
        String classPath =
                Stream.of(
                                jar(home.resolve("tck"), "dev.glia.driver-tck"),
                                jar(home.resolve("lib"), "org.apache.felix.framework"),
                                jar(home.resolve("lib"), "jackson-core"),
                                jar(home.resolve("lib"), "dev.glia.api"),
                                jar(home.resolve("bundles"), "dev.glia.log"),
                                jar(home.resolve("bundles"), "dev.glia.config"))
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator));
        List<String> command =
                Stream.concat(
                                Stream.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "--enable-native-access=ALL-UNNAMED",
                                        "--sun-misc-unsafe-memory-access=allow",
                                        "-XX:+UseSerialGC",
                                        "-XX:TieredStopAtLevel=1",
                                        "-cp",
                                        classPath,
                                        MAIN),
                                arguments.stream())
                        .toList();
        System.out.flush();
        Process kit = new ProcessBuilder(command).inheritIO().start();
        Thread end = new Thread(kit::destroyForcibly, "glia-kit-end");
        Runtime.getRuntime().addShutdownHook(end);
        try {
            return kit.waitFor();
        } finally {
            kit.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }

    private static Path jar(Path folder, String artifact) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                            file ->
                                    file.getFileName()
                                            .toString()
                                            .matches(artifact + "-[0-9][^/]*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> missing(folder, artifact));
        } catch (NoSuchFileException none) {
            throw missing(folder, artifact);
        }
    }

    private static IllegalStateException missing(Path folder, String artifact) {
        return new IllegalStateException(
                "the distribution has no " + artifact + " in " + folder + "; build it again");
    }
}

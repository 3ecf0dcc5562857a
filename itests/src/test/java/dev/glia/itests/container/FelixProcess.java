package dev.glia.itests.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A stock Felix as a process of its own: its main class, and a folder of bundles. */
public final class FelixProcess implements AutoCloseable {
    private static final Path MAIN =
            Path.of("target", "felix", "org.apache.felix.main.jar").toAbsolutePath();

    private final Process process;
    private final Path output;

    /**
     * Starts it.
     *
     * @param folder an empty folder for all that it writes
     * @param bundles the bundles to install and start
     * @param environment variables beside those of this process
     */
    public FelixProcess(Path folder, List<Path> bundles, Map<String, String> environment)
            throws IOException {
        Path deployed = Files.createDirectories(folder.resolve("bundle"));
        for (Path jar : bundles) {
            Files.copy(jar, deployed.resolve(jar.getFileName()));
        }
        Path properties =
                Files.writeString(
                        folder.resolve("config.properties"),
                        """
                        felix.auto.deploy.dir=%s
                        felix.auto.deploy.action=install,start
                        org.osgi.framework.storage=%s
                        ds.loglevel=error
                        """
                                .formatted(deployed, folder.resolve("cache")));
        output = folder.resolve("output");
        var command =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dfelix.config.properties=" + properties.toUri(),
                        "-jar",
                        MAIN.toString());
        command.environment().putAll(environment);
        process =
                command.directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
    }

    /** {@return the process} */
    public Process process() {
        return process;
    }

    /** {@return what it has printed until now, on either stream} */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException failure) {
            return failure.toString();
        }
    }

    /** Kills it, if it lives. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}

package dev.glia.itests.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** The packaged bundles as the build copied them: Glia's own, and what they need. */
public final class Jars {
    private static final Path FOLDER =
            Path.of(System.getProperty("glia.bundles", "target/bundles"));

    private Jars() {}

    /** {@return all bundles, in the order of their names: no order of installation may matter} */
    public static List<Path> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * {@return the bundle with a symbolic name}
     *
     * @param symbolicName such as {@code dev.glia.log}
     */
    public static Path of(String symbolicName) {
        Path jar = FOLDER.resolve(symbolicName + ".jar");
        if (!Files.isRegularFile(jar)) {
            throw new IllegalArgumentException(
                    "no bundle " + symbolicName + ": " + jar + " is not there");
        }
        return jar;
    }

    /** {@return Glia's own bundles} */
    public static List<Path> own() {
        return all().stream()
                .filter(jar -> jar.getFileName().toString().startsWith("dev.glia."))
                .toList();
    }

    /**
     * {@return the manifest of a jar}
     *
     * @param jar the jar
     */
    public static Manifest manifest(Path jar) {
        try (var file = new JarFile(jar.toFile())) {
            return file.getManifest();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

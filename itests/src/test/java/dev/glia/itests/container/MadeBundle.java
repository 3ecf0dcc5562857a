package dev.glia.itests.container;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Bundles that tests make while they run. */
public final class MadeBundle {

    private MadeBundle() {}

    /**
     * {@return a bundle with the classes of a package}
     *
     * @param inside a class of the package
     * @param headers the manifest
     */
    public static InputStream of(Class<?> inside, Map<String, String> headers) {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        headers.forEach(manifest.getMainAttributes()::putValue);
        String folder = inside.getPackageName().replace('.', '/');
        URI location =
                URI.create(inside.getProtectionDomain().getCodeSource().getLocation().toString());
        Path classes = Path.of(location).resolve(folder);
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest);
                Stream<Path> files = Files.list(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new JarEntry(folder + "/" + file.getFileName()));
                Files.copy(file, jar);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    /**
     * {@return the same bundle in another version}
     *
     * @param bundle the jar
     * @param version its new version
     */
    public static InputStream version(Path bundle, String version) {
        var bytes = new ByteArrayOutputStream();
        try (var source = new JarFile(bundle.toFile())) {
            Manifest manifest = source.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (var jar = new JarOutputStream(bytes, manifest)) {
                for (JarEntry entry : source.stream().toList()) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        jar.putNextEntry(new JarEntry(entry.getName()));
                        source.getInputStream(entry).transferTo(jar);
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}

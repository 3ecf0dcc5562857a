package dev.glia.itests.trust;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The manifest of a bundle under another symbolic name, with nothing behind it. */
final class Renamed {

    private Renamed() {}

    static byte[] of(Path bundle, String name) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarFile(bundle.toFile())) {
            var manifest = new Manifest();
            manifest.getMainAttributes().putAll(jar.getManifest().getMainAttributes());
            manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
            manifest.getMainAttributes().remove(new java.util.jar.Attributes.Name("Fragment-Host"));
            new JarOutputStream(bytes, manifest).close();
        }
        return bytes.toByteArray();
    }
}

package dev.glia.itests.order;

import dev.glia.itests.order.stubborn.Manner;
import dev.glia.itests.order.stubborn.StubbornActivator;
import dev.glia.itests.order.stubborn.StubbornComponent;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Packs a bundle with something wrong about it. */
final class StubbornBundle {
    private static final String DESCRIPTION =
            """
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="stubborn" immediate="true"
                activate="activate" deactivate="deactivate" init="1">
              <implementation class="%s"/>
            </scr:component>
            """;

    private StubbornBundle() {}

    static Path make(Path folder, Manner manner) throws IOException {
        var manifest = new Manifest();
        var headers = manifest.getMainAttributes();
        headers.putValue("Manifest-Version", "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "com.example.stubborn");
        headers.putValue("Bundle-Version", "1.0.0");
        headers.putValue("Import-Package", "org.osgi.framework,dev.glia.device,dev.glia.runtime");
        headers.putValue(StubbornActivator.MANNER, manner.name());
        switch (manner) {
            case START_THROWS, STOP_THROWS, STOP_HANGS ->
                    headers.putValue("Bundle-Activator", StubbornActivator.class.getName());
            case CLOSE_HANGS, BIND_HANGS, UNBIND_HANGS, UNLOAD_HANGS, CANCEL_HANGS -> {
                headers.putValue("Bundle-Activator", StubbornActivator.class.getName());
                headers.putValue("Provide-Capability", "dev.glia.driver;architecture=trn1");
            }
            default -> headers.putValue("Service-Component", "OSGI-INF/stubborn.xml");
        }
        Path jar = folder.resolve(manner.name() + ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry("OSGI-INF/stubborn.xml"));
            out.write(
                    DESCRIPTION
                            .formatted(StubbornComponent.class.getName())
                            .getBytes(StandardCharsets.UTF_8));
            String classes = Manner.class.getPackageName().replace('.', '/');
            for (Path file : classes(classes)) {
                out.putNextEntry(new JarEntry(classes + "/" + file.getFileName()));
                try (InputStream code = Files.newInputStream(file)) {
                    code.transferTo(out);
                }
            }
        }
        return jar;
    }

    private static Iterable<Path> classes(String folder) throws IOException {
        URI root =
                URI.create(
                        Manner.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString());
        try (Stream<Path> files = Files.list(Path.of(root).resolve(folder))) {
            return files.toList();
        }
    }
}

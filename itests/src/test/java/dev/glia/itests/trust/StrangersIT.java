package dev.glia.itests.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.cli.GliaProcess;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.trust.stranger.Stranger;
import dev.glia.runtime.NeuronRuntime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/** A bundle that got in registers each service of Glia, with a ranking above all. */
class StrangersIT {
    private static final Pattern PROVIDES = Pattern.compile("<provide interface=\"([^\"]+)\"");
    private static final Set<String> EXTENSION_POINTS =
            Set.of("dev.glia.device.DeviceDriver", "dev.glia.log.LogSink");

    @TempDir Path folder;

    @Test
    void servicesOfStrangersCountForNothing() throws IOException {
        Set<String> services = services();
        Path jar = folder.resolve("stranger.jar");
        Map<String, String> headers =
                Map.of(
                        "Bundle-SymbolicName",
                        "com.example.stranger",
                        Constants.BUNDLE_ACTIVATOR,
                        Stranger.class.getName(),
                        Constants.IMPORT_PACKAGE,
                        "dev.glia.runtime,dev.glia.device,dev.glia.config,dev.glia.log,"
                                + "dev.glia.core,dev.glia.neff,org.osgi.service.cm,org.osgi.framework",
                        Stranger.SERVICES,
                        String.join(",", services));
        try (InputStream bundle = MadeBundle.of(Stranger.class, headers)) {
            Files.copy(bundle, jar);
        }

        GliaProcess run =
                GliaProcess.start(
                                folder,
                                Map.of("GLIA_BUNDLES", jar + "", "GLIA_BUNDLE_TRUST", "any"),
                                "run",
                                "--output",
                                "edges=edges.npy")
                        .await();

        assertThat(run.exit()).as("%s", run).isZero();
        assertThat(folder.resolve("edges.npy")).isNotEmptyFile();
        assertThat(services).contains("dev.glia.core.CoreAllocator", "dev.glia.neff.NeffReader");
        for (String service : services) {
            assertThat(run.err())
                    .contains(
                            "the service ["
                                    + service
                                    + "] of the bundle com.example.stranger counts for nothing");
        }
    }

    /** {@return what the components of Glia provide, as interfaces of its contract} */
    private static Set<String> services() throws IOException {
        Set<String> names =
                new TreeSet<>(
                        Set.of(
                                NeuronRuntime.class.getName(),
                                "org.osgi.service.cm.ConfigurationAdmin"));
        for (Path jar : Jars.own()) {
            try (var file = new JarFile(jar.toFile())) {
                for (JarEntry entry : file.stream().toList()) {
                    if (entry.getName().matches("OSGI-INF/.*\\.xml")) {
                        String xml =
                                new String(
                                        file.getInputStream(entry).readAllBytes(),
                                        StandardCharsets.UTF_8);
                        PROVIDES.matcher(xml).results().forEach(each -> names.add(each.group(1)));
                    }
                }
            }
        }
        names.removeIf(name -> name.contains(".internal.") || EXTENSION_POINTS.contains(name));
        return names;
    }
}

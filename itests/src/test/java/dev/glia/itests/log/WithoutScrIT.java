package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Await;
import dev.glia.itests.container.FelixProcess;
import dev.glia.itests.container.Jars;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.log.withoutscr.LoggingActivator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The log bundle in a container without Declarative Services, so without configuration and sinks.
 */
class WithoutScrIT {
    @TempDir Path folder;

    @Test
    void bundlesLogAndTheErrorsAreToldAtTheEnd() throws Exception {
        Path bundle = folder.resolve("example.jar");
        try (InputStream made =
                MadeBundle.of(
                        LoggingActivator.class,
                        Map.of(
                                "Bundle-SymbolicName", "example.without.scr",
                                "Bundle-Activator", LoggingActivator.class.getName(),
                                "Import-Package", "org.osgi.framework,org.slf4j"))) {
            Files.copy(made, bundle);
        }
        Path own = Files.createDirectory(folder.resolve("felix"));
        var bundles = List.of(Jars.of("dev.glia.api"), Jars.of("dev.glia.log"), bundle);
        try (var felix = new FelixProcess(own, bundles, Map.of())) {
            Await.until(felix::output, () -> felix.output().contains("the bundle is active"));

            felix.process().destroy();

            Await.until(felix::output, () -> !felix.process().isAlive());
            assertThat(felix.output())
                    .containsPattern("ERROR +HAL:without_scr +started 1 times\n")
                    .containsPattern("ERROR +HAL:without_scr +stopped\n")
                    .doesNotContain("not for the console");
        }
    }
}

package dev.glia.itests.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.cli.GliaProcess;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.log.failing.FailingComponent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What Declarative Services complain about in a process without any log service of the user's. */
class FailingComponentIT {
    private static final String WHY = "this component always fails";

    /** As every other record, and where the records go: standard output is for results. */
    @Test
    void isToldOnceByTheLog(@TempDir Path folder) throws IOException {
        Path jar = folder.resolve("failing.jar");
        Files.copy(
                MadeBundle.of(
                        FailingComponent.class,
                        Map.of(
                                "Bundle-SymbolicName",
                                "example.failing",
                                "Service-Component",
                                "dev/glia/itests/log/failing/component.xml",
                                "Require-Capability",
                                "osgi.extender;filter:=\"(osgi.extender=osgi.component)\"")),
                jar);

        try (GliaProcess glia =
                GliaProcess.start(
                        folder,
                        Map.of("GLIA_BUNDLE_TRUST", "any"),
                        "hold",
                        "--instance",
                        "trn2",
                        "--bundle",
                        jar.toString())) {
            glia.awaitLine();
            Await.until(() -> "the complaint of " + glia, () -> glia.err().contains(WHY));
            glia.askToEnd();
            glia.await();

            assertThat(glia.out()).doesNotContain(WHY, "Exception", "example.failing");
            List<String> told =
                    glia.err().lines().filter(line -> line.contains("example.failing")).toList();
            assertThat(told)
                    .singleElement()
                    .asString()
                    .matches(
                            "[0-9]{4}-\\S+ \\S+ +\\d+:\\d+ +ERROR +NRT:\\S+ +example\\.failing: .+");
            assertThat(glia.err()).containsOnlyOnce(WHY);
        }
    }
}

package dev.glia.itests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.driver.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How a NEFF is loaded that nobody has signed, by whole commands. */
class NeffTrustIT {
    @TempDir Path folder;

    private void runWithoutPolicy() {
        Program.run(
                        folder,
                        Map.of("GLIA_STATE_DIR", folder.resolve("state").toString()),
                        List.of(
                                "env",
                                "-u",
                                "GLIA_NEFF_TRUST",
                                GliaProcess.SCRIPT.toString(),
                                "run"))
                .succeeded();
    }

    @Test
    void aGraphIsTriedOnceUnlessSomethingElseIsSaid() throws IOException {
        runWithoutPolicy();
        Path tried = folder.resolve("state/tried");
        try (Stream<Path> files = Files.list(tried)) {
            assertThat(files).hasSize(1);
        }
        var before = Files.getLastModifiedTime(tried);
        runWithoutPolicy();
        assertThat(Files.getLastModifiedTime(tried)).as("nothing was tried").isEqualTo(before);
    }

    @Test
    void anIsolatedGraphGivesTheSameResult() {
        assertThat(outputs("isolated")).isEqualTo(outputs("any"));
    }

    private Object outputs(String trust) {
        GliaProcess ended =
                GliaProcess.start(folder, Map.of("GLIA_NEFF_TRUST", trust), "run", "--json")
                        .await();
        assertThat(ended.exit()).as("%s", ended).isZero();
        return Json.object(ended.out()).get("outputs");
    }
}

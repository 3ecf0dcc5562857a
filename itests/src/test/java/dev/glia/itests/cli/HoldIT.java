package dev.glia.itests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Processes share a machine of 16 cores: each takes three, and nobody takes those of another. */
class HoldIT {
    private static final Map<String, String> THREE =
            Map.of("GLIA_INSTANCE", "inf1.6xlarge", "NEURON_RT_NUM_CORES", "3");
    private static final int RESOURCE = 4;

    @TempDir Path folder;

    private final List<GliaProcess> holders = new ArrayList<>();

    @AfterEach
    void end() {
        holders.forEach(GliaProcess::close);
    }

    @Test
    void processesShareTheMachine() {
        for (long first = 0; first < 15; first += 3) {
            assertThat(cores(hold())).isEqualTo(List.of(first, first + 1, first + 2));
        }

        GliaProcess sixth = hold().await();
        assertThat(sixth.exit()).as("%s", sixth).isEqualTo(RESOURCE);
        assertThat(sixth.out()).isEmpty();
        assertThat(sixth.err()).contains("Requested:3 Available:1");
        assertThat(sixth.lastError()).startsWith("NRT_RESOURCE (4)");

        holders.get(2).kill();
        assertThat(cores(hold())).isEqualTo(List.of(6L, 7L, 8L));

        holders.get(0).terminate();
        assertThat(cores(hold())).isEqualTo(List.of(0L, 1L, 2L));
    }

    @Test
    void releasesBeforeItEnds() {
        GliaProcess timed =
                GliaProcess.start(folder, THREE, "hold", "--for", "0.1", "--json").await();
        assertThat(timed.exit()).as("%s", timed).isZero();
        assertThat(cores(timed)).isEqualTo(List.of(0L, 1L, 2L));

        GliaProcess interrupted = hold();
        assertThat(cores(interrupted)).isEqualTo(List.of(0L, 1L, 2L));
        interrupted.interrupt();
        assertThat(interrupted.exit()).as("%s", interrupted).isEqualTo(130);
        assertThat(interrupted.err()).isEmpty();
    }

    /**
     * As in the vendor's examples: the devices 12 and 13, and cores of them by the host's numbers.
     */
    @Test
    void aContainerMayUseTheNumbersOfItsHost() {
        var container =
                Map.of(
                        "GLIA_INSTANCE", "inf1.24xlarge",
                        "AWS_NEURON_VISIBLE_DEVICES", "12,13",
                        "NEURON_RT_VISIBLE_CORES", "51,52");

        GliaProcess holder =
                GliaProcess.start(folder, container, "hold", "--for", "0", "--json").await();

        assertThat(holder.exit()).as("%s", holder).isZero();
        assertThat(Json.object(holder.out())).containsEntry("cores", List.of(3L, 4L));
    }

    private GliaProcess hold() {
        GliaProcess holder = GliaProcess.start(folder, THREE, "hold", "--json");
        holders.add(holder);
        return holder;
    }

    private static Object cores(GliaProcess holder) {
        Map<String, Object> line = Json.object(holder.awaitLine());
        assertThat(line)
                .containsEntry("pid", holder.pid())
                .containsEntry("visible", List.of(0L, 1L, 2L))
                .containsEntry("instance", "inf1.6xlarge")
                .containsEntry("emulated", true);
        return line.get("cores");
    }
}

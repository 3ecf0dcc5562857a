package dev.glia.itests.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.cli.GliaProcess;
import dev.glia.itests.order.stubborn.Manner;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whatever a bundle that was added does: processes work, end, and leave their cores free. */
class StubbornBundlesIT {
    private static final int TERMINATED = 143;

    @TempDir Path folder;

    private final List<GliaProcess> processes = new ArrayList<>();

    /** The first command after a build prepares the next ones, which may take long. */
    @BeforeEach
    void prepare() {
        GliaProcess first = GliaProcess.start(folder, Map.of(), "ls", "--instance", "trn1");
        processes.add(first);
        assertThat(first.await().exit()).as("%s", first).isZero();
    }

    @AfterEach
    void end() {
        processes.forEach(GliaProcess::close);
    }

    @Test
    void processesEndAndLeaveTheirCoresFree() throws IOException {
        Map<Manner, GliaProcess> terminated = new LinkedHashMap<>();
        for (Manner manner : Manner.values()) {
            terminated.put(manner, hold(manner));
        }
        GliaProcess doneWithDriver = hold(Manner.CLOSE_HANGS, "--for", "0");
        GliaProcess doneWithBundle = hold(Manner.STOP_HANGS, "--for", "0");
        terminated.forEach(
                (manner, holder) ->
                        assertThat(holder.awaitLine()).as("%s", manner).contains("\"cores\":["));

        terminated.values().forEach(GliaProcess::askToEnd);

        terminated.forEach(
                (manner, holder) ->
                        assertThat(holder.await().exit())
                                .as("%s %s", manner, holder)
                                .isEqualTo(TERMINATED));
        assertThat(terminated.get(Manner.START_THROWS).err()).contains("com.example.stubborn");
        assertThat(doneWithBundle.await().out()).contains("\"cores\":[");
        assertThat(doneWithDriver.await().lastError())
                .startsWith("NRT_TIMEOUT (5): Glia is not closed after 20 s");
        GliaProcess all = start(Map.of(), "--for", "0");
        assertThat(all.await().exit()).as("%s", all).isZero();
        assertThat(all.out()).contains("\"cores\":[0,", ",31]");
    }

    private GliaProcess hold(Manner manner, String... more) throws IOException {
        Path jar = StubbornBundle.make(folder, manner);
        return start(
                Map.of(
                        "NEURON_RT_NUM_CORES",
                        "1",
                        "GLIA_BUNDLES",
                        jar.toString(),
                        "GLIA_BUNDLE_TRUST",
                        "any"),
                more);
    }

    private GliaProcess start(Map<String, String> environment, String... more) {
        var arguments = new ArrayList<>(List.of("hold", "--json", "--instance", "trn1.32xlarge"));
        arguments.addAll(List.of(more));
        GliaProcess process =
                GliaProcess.start(folder, environment, arguments.toArray(String[]::new));
        processes.add(process);
        return process;
    }
}

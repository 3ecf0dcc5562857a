package dev.glia.itests.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.cli.GliaProcess;
import dev.glia.itests.order.stubborn.Manner;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Whatever a bundle that was added does: processes work, end, and leave their cores free. */
class StubbornBundlesIT {
    private static final int TERMINATED = 143;
    private static final String INSTANCE = "trn1.32xlarge";

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

    /** All at once: each of those that hang takes the time that the product gives it. */
    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void processesEndAndLeaveTheirCoresFree() throws IOException {
        Map<Manner, GliaProcess> terminated = new LinkedHashMap<>();
        for (Manner manner : Manner.values()) {
            if (manner.ofModel()) {
                continue;
            }
            terminated.put(manner, hold(manner));
        }
        GliaProcess doneWithDriver = hold(Manner.CLOSE_HANGS, "--for", "0");
        GliaProcess doneWithBundle = hold(Manner.STOP_HANGS, "--for", "0");
        terminated.forEach(
                (manner, holder) ->
                        assertThat(holder.awaitLine()).as("%s", manner).contains("\"cores\":["));

        terminated.values().forEach(GliaProcess::askToEnd);
        Map<Manner, GliaProcess> runs = new EnumMap<>(Manner.class);
        for (Manner manner : Manner.values()) {
            if (manner.ofModel()) {
                runs.put(manner, run(manner));
            }
        }

        terminated.forEach(
                (manner, holder) ->
                        assertThat(holder.await().exit())
                                .as("%s %s", manner, holder)
                                .isEqualTo(TERMINATED));
        assertThat(terminated.get(Manner.START_THROWS).err()).contains("com.example.stubborn");
        assertThat(doneWithBundle.await().out()).contains("\"cores\":[");
        assertThat(doneWithDriver.await().lastError())
                .startsWith("NRT_TIMEOUT (5): Glia is not closed after 20 s");
        requireRunsEnded(runs);
        requireAllFree();
    }

    private static void requireRunsEnded(Map<Manner, GliaProcess> runs) {
        GliaProcess bind = runs.remove(Manner.BIND_HANGS);
        assertThat(bind.await().lastError())
                .as("%s", bind)
                .startsWith("NRT_TIMEOUT (5): com.example.stubborn")
                .contains("has not bound the tensors of model");
        GliaProcess cancel = runs.remove(Manner.CANCEL_HANGS);
        assertThat(cancel.await().lastError()).as("%s", cancel).startsWith("NRT_TIMEOUT (5)");
        assertThat(runs).containsOnlyKeys(Manner.UNBIND_HANGS, Manner.UNLOAD_HANGS);
        for (GliaProcess done : runs.values()) {
            assertThat(done.await().out()).as("%s", done).contains("\"status\":\"NRT_SUCCESS\"");
            assertThat(done.lastError())
                    .as("%s", done)
                    .startsWith("NRT_TIMEOUT (5): Glia is not closed");
        }
    }

    /** Runs a model once, with a driver of a process of its own. */
    private GliaProcess run(Manner manner) throws IOException {
        return start(stubborn(manner), "run", "--json", "--instance", INSTANCE);
    }

    private void requireAllFree() {
        GliaProcess all = hold(Map.of(), "--for", "0");
        assertThat(all.await().exit()).as("%s", all).isZero();
        assertThat(all.out()).contains("\"cores\":[0,", ",31]");
    }

    private Map<String, String> stubborn(Manner manner) throws IOException {
        return Map.of(
                "NEURON_RT_NUM_CORES",
                "1",
                "NEURON_RT_EXEC_TIMEOUT",
                manner == Manner.CANCEL_HANGS ? "1" : "30",
                "GLIA_LOAD_TIMEOUT",
                "10",
                "GLIA_BUNDLES",
                StubbornBundle.make(folder, manner).toString(),
                "GLIA_BUNDLE_TRUST",
                "any");
    }

    private GliaProcess hold(Manner manner, String... more) throws IOException {
        return hold(stubborn(manner), more);
    }

    private GliaProcess hold(Map<String, String> environment, String... more) {
        var arguments = new ArrayList<>(List.of("hold", "--json", "--instance", INSTANCE));
        arguments.addAll(List.of(more));
        return start(environment, arguments.toArray(String[]::new));
    }

    private GliaProcess start(Map<String, String> environment, String... arguments) {
        GliaProcess process = GliaProcess.start(folder, environment, arguments);
        processes.add(process);
        return process;
    }
}

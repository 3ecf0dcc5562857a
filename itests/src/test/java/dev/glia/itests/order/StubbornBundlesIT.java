package dev.glia.itests.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.cli.GliaProcess;
import dev.glia.itests.order.stubborn.Manner;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
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
    void aProcessThatIsTerminatedEnds() throws IOException {
        Map<Manner, GliaProcess> holders = new LinkedHashMap<>();
        for (Manner manner : Manner.values()) {
            holders.put(manner, hold(manner));
        }
        holders.forEach(
                (manner, holder) ->
                        assertThat(holder.awaitLine())
                                .as("%s", manner)
                                .contains("\"cores\":[0,1]"));
        holders.values().forEach(GliaProcess::askToEnd);
        holders.forEach(
                (manner, holder) ->
                        assertThat(holder.await().exit())
                                .as("%s %s", manner, holder)
                                .isEqualTo(TERMINATED));
        for (Manner manner : Manner.values()) {
            requireFree(manner);
        }
    }

    @Test
    void aProcessThatIsDoneEnds() throws IOException {
        Map<Manner, GliaProcess> holders = new LinkedHashMap<>();
        for (Manner manner : Manner.values()) {
            holders.put(manner, hold(manner, "--for", "0"));
        }
        holders.forEach((manner, holder) -> assertThat(holder.await().out()).contains("[0,1]"));
        assertThat(holders.get(Manner.CLOSE_HANGS).lastError())
                .startsWith("NRT_TIMEOUT (5): Glia is not closed after 20 s");
        assertThat(holders.get(Manner.START_THROWS).err()).contains("com.example.stubborn");
        for (Manner manner : Manner.values()) {
            requireFree(manner);
        }
    }

    private GliaProcess hold(Manner manner, String... more) throws IOException {
        Path place = Files.createDirectories(folder.resolve(manner.name()));
        var arguments =
                new ArrayList<>(
                        List.of(
                                "hold",
                                "--json",
                                "--instance",
                                "trn1.2xlarge",
                                "--bundle",
                                StubbornBundle.make(place, manner).toString()));
        arguments.addAll(List.of(more));
        GliaProcess holder =
                GliaProcess.start(
                        place,
                        Map.of("GLIA_BUNDLE_TRUST", "any"),
                        arguments.toArray(String[]::new));
        processes.add(holder);
        return holder;
    }

    private void requireFree(Manner manner) {
        GliaProcess next =
                GliaProcess.start(
                        folder.resolve(manner.name()),
                        Map.of(),
                        "hold",
                        "--json",
                        "--instance",
                        "trn1.2xlarge",
                        "--for",
                        "0");
        processes.add(next);
        assertThat(next.await().exit()).as("%s %s", manner, next).isZero();
    }
}

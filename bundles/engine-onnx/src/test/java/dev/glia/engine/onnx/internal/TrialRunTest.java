package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.engine.onnx.internal.Lab.Wanted;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Graphs that do not end, with little patience. */
class TrialRunTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    @TempDir private Path folder;

    private final OnnxCompiler compiler =
            new OnnxCompiler(Lab.RUNTIME, new TrialRun.Limits(SHORT, SHORT));

    private Wanted file(String model) throws IOException {
        Path file = folder.resolve("m.onnx");
        return Wanted.nothing().in(Files.write(file, OddGraphs.named(model)));
    }

    @Test
    void aTrialThatIsNeededEnds() {
        assertThatThrownBy(() -> compiler.compile(file("endless")))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_TIMEOUT))
                .hasMessageContainingAll("output y", "zeros", "did not end within 20 ms");
    }

    @Test
    void whatTheFileTellsNeedsNoTrialThatEnds() throws IOException {
        assertThat(compiler.compile(file("endless, but told")).outputs().getFirst().shape())
                .containsExactly(3L, 3L);
    }

    /** Made-up values agree on another shape, because none of them is the one that is meant. */
    @Test
    void theFileKnowsWhatValuesAreMeant() {
        assertThat(Lab.compile(OddGraphs.named("told otherwise")).outputs().getFirst().shape())
                .containsExactly(3L, 4L);
    }
}

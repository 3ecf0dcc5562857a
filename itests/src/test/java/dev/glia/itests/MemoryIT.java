package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Provision;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What models take of the memory of a real process, measured as its resident size. */
class MemoryIT {

    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));
    private static final int CYCLES = FULL ? 20_000 : 1_000;
    private static final int WARM_UP = FULL ? 2_000 : 500;

    /** 20,000 cycles may leave no more than this, so that 1,000 may not either. */
    private static final long GROWTH = 5 << 20;

    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(Provision.core(), Provision.instance("trn1"), Provision.manualInit());

    private static List<Long> measure(String... arguments) throws Exception {
        Process process = MemoryProcess.start(arguments);
        try {
            assertThat(process.waitFor(FULL ? 280 : 120, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            String line = process.inputReader().lines().reduce("", (_, last) -> last);
            return Stream.of(line.split(" ")).map(Long::valueOf).toList();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Path matrix(Container container) throws IOException {
        return ScaleModel.neff(container, "matrix", MatrixModel.onnx(), "trn1", 0);
    }

    @Test
    void aFurtherInstanceThatSharesWeightsTakesHardlyMore(Container container) throws Exception {
        Path neff = matrix(container);
        List<Long> shared = measure("instances", neff.toString(), "true");
        List<Long> own = measure("instances", neff.toString(), "false");
        System.err.println("resident bytes, shared " + shared + ", own " + own);
        assertThat(shared.getFirst()).as("the first").isGreaterThan(MatrixModel.WEIGHTS);
        assertThat(shared.getLast())
                .as("a further one, in %s", shared)
                .isLessThanOrEqualTo(MatrixModel.WEIGHTS / 20);
        assertThat(own.getLast())
                .as("a further one of its own, in %s", own)
                .isGreaterThan(MatrixModel.WEIGHTS);
    }

    /** The heap of that process has 96 MiB, which would not hold the weights twice. */
    @Test
    void compilingTakesTheWeightsTwiceAtMost(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("w.data"), MatrixModel.weights());
        List<Long> growth =
                measure(
                        "compile",
                        Files.write(folder.resolve("small.onnx"), ScaleModel.onnx()).toString(),
                        Files.write(folder.resolve("within.onnx"), MatrixModel.onnx()).toString(),
                        Files.write(folder.resolve("beside.onnx"), MatrixModel.onnx("w.data"))
                                .toString());
        System.err.println("highest growth in bytes while compiling: " + growth);
        assertThat(growth)
                .hasSize(2)
                .allSatisfy(
                        bytes ->
                                assertThat(bytes)
                                        .isBetween(
                                                MatrixModel.WEIGHTS / 2,
                                                MatrixModel.WEIGHTS * 9 / 4));
    }

    @Test
    void loadingAndUnloadingLeavesNothing(Container container) throws Exception {
        Path neff = ScaleModel.neff(container, "trn1");
        List<Long> growth =
                measure("cycles", neff.toString(), String.valueOf(WARM_UP), String.valueOf(CYCLES));
        System.err.println("growth in bytes after " + CYCLES + " cycles: " + growth);
        assertThat(growth.getFirst()).isLessThanOrEqualTo(GROWTH);
    }

    /** Of the compiler, of NEFFs, of drivers and of ONNX Runtime. */
    @Test
    void refusalsLeaveNothing(@TempDir Path folder) throws Exception {
        List<Long> growth = measure("refusals", folder.toString(), "1000", "1000");
        System.err.println("growth in bytes after 2 x 1000 refusals, a round each: " + growth);
        assertThat(growth).anyMatch(bytes -> bytes < MemoryProcess.MIB);
    }
}

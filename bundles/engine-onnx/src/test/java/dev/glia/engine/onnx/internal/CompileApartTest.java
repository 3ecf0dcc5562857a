package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.device.LoadSettings.Containment;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.Lab.Wanted;
import dev.glia.engine.onnx.internal.isolation.Worker;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Compilations whose native part runs in a process of its own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CompileApartTest {
    private static final OnnxRuntime CONTAINED =
            new OnnxRuntime(() -> Lab.STATE, () -> Containment.TRIED);

    private final OnnxCompiler compiler = new OnnxCompiler(CONTAINED);

    @TempDir(factory = Lab.Beside.class)
    Path folder;

    @AfterEach
    void nothingIsLeft() {
        assertThat(
                        ProcessHandle.current()
                                .children()
                                .filter(ProcessHandle::isAlive)
                                .filter(
                                        child ->
                                                Stream.of(
                                                                child.info()
                                                                        .arguments()
                                                                        .orElse(new String[0]))
                                                        .anyMatch(Worker.class.getName()::equals)))
                .isEmpty();
    }

    private Path file(byte[] onnx) throws IOException {
        return Files.write(folder.resolve("m.onnx"), onnx);
    }

    /** Sizes, values, notes, weights in the file and beside it, and a shape that a run tells. */
    @Test
    void theResultIsThatOfThisProcess() throws IOException {
        ByteBuffer weights = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 1024; i++) {
            weights.putFloat(i);
        }
        Files.write(folder.resolve("beside"), weights.array());
        byte[] onnx =
                new GraphAuthor("all")
                        .input("x", ElementType.FLOAT, "batch", "n")
                        .input("k", ElementType.INT64, 1)
                        .output("y", ElementType.FLOAT, "a", "b")
                        .constant("w", ElementType.FLOAT, weights.flip(), 2, 512)
                        .external("v", ElementType.FLOAT, "beside", 0, 4096, 512, 2)
                        .longs("one", new long[] {1}, 1)
                        .node(
                                "Concat",
                                List.of("one", "k"),
                                List.of("k2"),
                                GraphAuthor.attribute("axis", 0))
                        .node("MatMul", List.of("x", "w"), List.of("xw"))
                        .node("MatMul", List.of("xw", "v"), List.of("xwv"))
                        .node("Tile", List.of("xwv", "k2"), List.of("y"))
                        .model(17);
        Wanted wanted = Wanted.of("--dim n=2 --fix k=3").in(file(onnx));
        Compiled here = Lab.COMPILER.compile(wanted);
        Compiled there = compiler.compile(wanted);

        assertThat(there.members().keySet()).containsExactlyElementsOf(here.members().keySet());
        here.members()
                .forEach(
                        (name, bytes) ->
                                assertThat(there.members().get(name).mismatch(bytes))
                                        .as(name)
                                        .isEqualTo(-1));
        assertThat(there.graph()).isEqualTo(here.graph());
        assertThat(there.inputs()).isEqualTo(here.inputs());
        assertThat(there.outputs()).isEqualTo(here.outputs());
        assertThat(there.dtypes()).isEqualTo(here.dtypes());
        assertThat(there.files()).isEqualTo(here.files()).hasSize(1);
        assertThat(there.notes()).isEqualTo(here.notes()).isNotEmpty();
    }

    /** Whoever compiles a model does not wait a second time. */
    @Test
    void whatWasCompiledNeedsNoTrial() throws IOException {
        Path state = Lab.freshState(folder);
        var contained = new OnnxRuntime(() -> state, () -> Containment.ISOLATED);
        Compiled compiled = new OnnxCompiler(contained).compile(Wanted.of(file(Graphs.twice(7))));
        assertThat(contained).as("opens no graph here").extracting("ort").isNull();
        assertThat(state.resolve("tried").toFile().list()).hasSize(1);
        new OnnxEngine(contained).load(Image.of(compiled), Lab.OWN.with(Containment.TRIED)).close();
        assertThat(state.resolve("tried").toFile().list()).hasSize(1);
    }

    @Test
    void whatTheCompilerRefusesIsRefusedInItsWords() throws IOException {
        Path file =
                file(
                        new GraphAuthor("unknown")
                                .input("x", ElementType.FLOAT, 1)
                                .output("y", ElementType.FLOAT, 1)
                                .node("Frobnicate", List.of("x"), List.of("y"))
                                .model(17));
        NrtException here = refusal(Lab.COMPILER, file);
        NrtException there = refusal(compiler, file);
        assertThat(there.status()).isEqualTo(here.status());
        assertThat(there.reason()).isEqualTo(here.reason()).contains("Frobnicate");
    }

    /** Who asks for a process gets no compilation in this one; who would like one does. */
    @Test
    void aHostWithoutProcessesCompilesOnlyWhatMayBeHere() throws IOException {
        Path file = file(Graphs.twice(3));
        String home = System.setProperty("java.home", folder.toString());
        try {
            assertThat(compiler.compile(Wanted.of(file)).inputs()).hasSize(1);
            var isolated = new OnnxRuntime(() -> Lab.STATE, () -> Containment.ISOLATED);
            NrtException refused = refusal(new OnnxCompiler(isolated), file);
            assertThat(refused.status()).isEqualTo(NrtStatus.NRT_RESOURCE);
            assertThat(refused.reason())
                    .startsWith("m.onnx is not compiled: ")
                    .contains("does not start", "or set tried");
        } finally {
            System.setProperty("java.home", home);
        }
    }

    private static NrtException refusal(OnnxCompiler compiler, Path file) {
        try {
            compiler.compile(Wanted.of(file));
            throw new AssertionError("it compiles");
        } catch (NrtException refused) {
            return refused;
        }
    }

    /** The other process would run it for a minute, to learn a shape. */
    @Test
    void aGraphWithoutEndEndsWithAnInterrupt() throws Exception {
        Path file = file(OddGraphs.named("endless"));
        var refusal = new CompletableFuture<Throwable>();
        Thread compiling =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    try {
                                        compiler.compile(Wanted.of(file));
                                    } catch (Throwable refused) {
                                        refusal.complete(refused);
                                    }
                                });
        while (!refusal.isDone()
                && Stream.of(compiling.getStackTrace())
                        .noneMatch(frame -> frame.getMethodName().equals("requireGood"))) {
            Thread.onSpinWait();
        }
        compiling.interrupt();
        assertThat(refusal.join())
                .isInstanceOfSatisfying(
                        NrtException.class,
                        late -> assertThat(late.status()).isEqualTo(NrtStatus.NRT_TIMEOUT))
                .hasMessageContaining("m.onnx was not done in a process of its own");
    }
}

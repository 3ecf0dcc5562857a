package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.Lab.Wanted;
import dev.glia.engine.onnx.internal.ort.OrtRun;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.engine.onnx.internal.ort.OrtSession.Optimization;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Models that people use compute what ONNX Runtime computes of the same file. */
class RealModelsTest {
    private static final boolean FULL = "full".equals(System.getProperty("glia.proof"));
    private static final float ROUNDING = 1e-4f;

    /** Two dimensions with one name, {@code ?}, are not one size. */
    @ParameterizedTest
    @CsvSource({
        "models/ch_ppocr_mobile_v2.0_cls_infer.onnx, '--shape x=1,3,48,192'",
        "models/ch_PP-OCRv3_det_infer.onnx, '--shape x=1,3,64,96'",
        "models/ch_PP-OCRv4_det_infer.onnx, '--shape x=1,3,64,96'",
        "models/ch_PP-OCRv3_rec_infer.onnx, '--shape x=1,3,48,320'",
        "models/ch_PP-OCRv4_rec_infer.onnx, '--shape x=1,3,48,320'"
    })
    void textIsRecognised(String model, String options) throws IOException {
        byte[] onnx = resource(model);
        Compiled compiled = Lab.compile(onnx, Wanted.of(options));
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> inputs = inputs(compiled, arena);
            assertThat(difference(glia(compiled, inputs), bare(onnx, compiled, inputs, arena)))
                    .isCloseTo(0, within(ROUNDING));
        }
    }

    /**
     * Quantisation turns the last bit of a number into a step, so that ONNX Runtime's own levels
     * differ; Glia must not differ more than they do.
     */
    @ParameterizedTest
    @ValueSource(strings = {"all-minilm-l6-v2-q.onnx", "bge-small-en-v1.5-q.onnx"})
    void sentencesAreEmbedded(String model) throws IOException {
        assumeTrue(!model.startsWith("bge") || FULL, "large: with -Pfull");
        byte[] onnx = resource(model);
        Compiled compiled =
                Lab.compile(
                        onnx,
                        Wanted.of(
                                "--shape input_ids=1,16 --shape attention_mask=1,16"
                                        + " --shape token_type_ids=1,16"));
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> inputs = inputs(compiled, arena);
            float[] plain = bare(onnx, compiled, inputs, arena, Optimization.NONE);
            float[] fused = bare(onnx, compiled, inputs, arena);
            float[] glia = glia(compiled, inputs);
            assertThat(Math.min(difference(glia, plain), difference(glia, fused)))
                    .isLessThanOrEqualTo(difference(plain, fused) + ROUNDING);
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = RealModelsTest.class.getClassLoader().getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    /** Numbers from 0 to 1; whole ones are words, all of which count. */
    private static List<MemorySegment> inputs(Compiled compiled, Arena arena) {
        Random random = new Random(7);
        List<MemorySegment> inputs = Lab.memory(arena, compiled.inputs());
        for (int i = 0; i < inputs.size(); i++) {
            TensorInfo info = compiled.inputs().get(i);
            MemorySegment memory = inputs.get(i);
            for (long at = 0; at < memory.byteSize() / info.dtype().bytes(); at++) {
                switch (info.name()) {
                    case "input_ids" ->
                            memory.setAtIndex(JAVA_LONG, at, 1000 + random.nextInt(20_000));
                    case "attention_mask" -> memory.setAtIndex(JAVA_LONG, at, 1);
                    case "token_type_ids" -> memory.setAtIndex(JAVA_LONG, at, 0);
                    default -> memory.setAtIndex(JAVA_FLOAT, at, random.nextFloat());
                }
            }
        }
        return inputs;
    }

    private static float[] glia(Compiled compiled, List<MemorySegment> inputs) {
        try (Bench bench = Bench.of(Image.of(compiled), Lab.OWN)) {
            for (int i = 0; i < inputs.size(); i++) {
                bench.in().get(i).copyFrom(inputs.get(i));
            }
            bench.invocation().run();
            return bench.out().get(0).toArray(JAVA_FLOAT);
        }
    }

    private static float[] bare(
            byte[] onnx, Compiled compiled, List<MemorySegment> inputs, Arena arena) {
        return bare(onnx, compiled, inputs, arena, Optimization.ALL);
    }

    /** The file as it is, with its open dimensions. */
    private static float[] bare(
            byte[] onnx,
            Compiled compiled,
            List<MemorySegment> inputs,
            Arena arena,
            Optimization optimization) {
        MemorySegment model = arena.allocate(onnx.length).copyFrom(MemorySegment.ofArray(onnx));
        List<MemorySegment> outputs = Lab.memory(arena, compiled.outputs());
        try (OrtSession session =
                        new OrtSession(
                                Lab.RUNTIME.ort(),
                                model,
                                List.of(),
                                optimization,
                                Optional.empty(),
                                () -> {});
                OrtRun run =
                        new OrtRun(
                                session,
                                bound(session.inputs(), compiled.inputs(), inputs),
                                bound(session.outputs(), compiled.outputs(), outputs))) {
            run.run();
            return outputs.get(0).toArray(JAVA_FLOAT);
        }
    }

    private static List<OrtRun.Binding> bound(
            List<OrtSession.Port> ports, List<TensorInfo> tensors, List<MemorySegment> memory) {
        List<OrtRun.Binding> bound = new ArrayList<>();
        for (OrtSession.Port port : ports) {
            for (int i = 0; i < tensors.size(); i++) {
                if (tensors.get(i).name().equals(port.name())) {
                    bound.add(new OrtRun.Binding(port, tensors.get(i).shape(), memory.get(i)));
                }
            }
        }
        return bound;
    }

    private static float difference(float[] one, float[] other) {
        assertThat(one).hasSameSizeAs(other);
        float greatest = 0;
        for (int i = 0; i < one.length; i++) {
            greatest = Math.max(greatest, Math.abs(one[i] - other[i]));
        }
        return greatest;
    }
}

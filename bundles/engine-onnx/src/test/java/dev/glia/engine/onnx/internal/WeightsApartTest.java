package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.glia.device.Engine;
import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.SelfContained;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Weights that lie beside the graph, and the graph as it is laid out for this kind of CPU. */
class WeightsApartTest {
    private static final int CHANNELS = 16;

    /** Where the first weights begin. */
    private static final int DATA = 64;

    private static float[] weights() {
        return randomFloats(CHANNELS * CHANNELS * 3 * 3);
    }

    private static float[] randomFloats(int count) {
        Random random = new Random(3);
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = random.nextFloat() - 0.5f;
        }
        return floats;
    }

    /** Two convolutions with the same weights, whose data is therefore stored once. */
    private static byte[] convolutions() {
        float[] weights = weights();
        return new GraphAuthor("convolutions")
                .input("x", ElementType.FLOAT, 1, CHANNELS, 12, 12)
                .output("y", ElementType.FLOAT, 1, CHANNELS, 10, 10)
                .output("z", ElementType.FLOAT, 1, CHANNELS, 10, 10)
                .floats("w", weights, CHANNELS, CHANNELS, 3, 3)
                .floats("v", weights, CHANNELS, CHANNELS, 3, 3)
                .node("Conv", List.of("x", "w"), List.of("y"))
                .node("Conv", List.of("x", "v"), List.of("z"))
                .model(Graphs.OPSET);
    }

    /** A chain that is long enough for hash tables to show their order. */
    private static byte[] chain() {
        GraphAuthor author =
                new GraphAuthor("chain")
                        .input("x0", ElementType.FLOAT, 1, CHANNELS, 12, 12)
                        .output("x20", ElementType.FLOAT, 1, CHANNELS, 12, 12);
        for (int i = 0; i < 20; i++) {
            float[] weights = new float[CHANNELS * CHANNELS];
            Arrays.fill(weights, i + 0.5f);
            author.floats("w" + i, weights, CHANNELS, CHANNELS, 1, 1)
                    .node("Conv", List.of("x" + i, "w" + i), List.of("c" + i))
                    .node("Sigmoid", List.of("c" + i), List.of("x" + (i + 1)));
        }
        return author.model(Graphs.OPSET);
    }

    private static String laidOut() {
        return OnnxEngine.laidOut("model.onnx", Lab.RUNTIME.ort());
    }

    private static float[] result(Image image) {
        try (Bench bench = Bench.of(image, Lab.OWN)) {
            return run(bench);
        }
    }

    private static float[] run(Bench bench) {
        MemorySegment x = bench.in().getFirst();
        for (long i = 0; i < x.byteSize() / Float.BYTES; i++) {
            x.setAtIndex(JAVA_FLOAT, i, i % 7 - 3);
        }
        bench.invocation().run();
        return bench.out().getFirst().toArray(JAVA_FLOAT);
    }

    private static Image with(Image image, String member, MemorySegment bytes) {
        Map<String, MemorySegment> members = new HashMap<>(image.members());
        members.remove(member);
        if (bytes != null) {
            members.put(member, bytes);
        }
        return new Image(members, image.graphs(), image.inputs(), image.outputs());
    }

    @Test
    void eachDistinctWeightIsStoredOnceAndInNoGraph() {
        Compiled compiled = Lab.compile(convolutions());
        assertThat(compiled.members())
                .containsOnlyKeys("model.onnx", laidOut(), StoredWeight.MEMBER);
        assertThat(compiled.members().get(StoredWeight.MEMBER).byteSize())
                .as("for both convolutions and both graphs, behind their length")
                .isEqualTo(DATA + CHANNELS * CHANNELS * 9 * Float.BYTES);
        assertThat(compiled.members().get("model.onnx").byteSize()).isLessThan(2000);
        assertThat(compiled.members().get(laidOut()).byteSize()).isLessThan(6000);
    }

    @Test
    void theFootprintTellsCodeFromConstants() {
        Image image = Image.of(Lab.compile(convolutions()));
        assertThat(Lab.ENGINE.footprint(image))
                .isEqualTo(
                        new Engine.Footprint(
                                image.member("model.onnx").byteSize(),
                                image.member(StoredWeight.MEMBER).byteSize()));
        assertThat(Lab.ENGINE.footprint(with(image, StoredWeight.MEMBER, null)).constants())
                .isZero();
    }

    @Test
    void compilingTwiceGivesTheSameBytes() {
        Map<String, MemorySegment> first = Lab.compile(chain()).members();
        for (int round = 0; round < 5; round++) {
            Map<String, MemorySegment> again = Lab.compile(chain()).members();
            assertThat(again.keySet()).containsExactlyElementsOf(first.keySet());
            again.forEach(
                    (name, bytes) ->
                            assertThat(bytes.mismatch(first.get(name))).as(name).isEqualTo(-1));
        }
    }

    /** A convolution of each kind that ONNX Runtime lays out in its own way. */
    @ParameterizedTest
    @CsvSource({
        "in blocks of both channels, 32, 16, 3, 1",
        "pointwise, 48, 32, 1, 1",
        "few input channels, 32, 3, 5, 1",
        "output channels that fill no block, 21, 16, 3, 1",
        "input channels that fill no block, 32, 21, 3, 1",
        "grouped, 64, 16, 3, 2",
        "depthwise, 64, 1, 5, 64"
    })
    void otherCpusRestoreTheWeightsBitForBit(
            String kind, int outputs, int inputs, int kernel, int groups) {
        float[] weights = randomFloats(outputs * inputs * kernel * kernel);
        byte[] onnx =
                new GraphAuthor("convolution")
                        .input("x", ElementType.FLOAT, 1, inputs * groups, 9, 9)
                        .output("y", ElementType.FLOAT, 1, outputs, 10 - kernel, 10 - kernel)
                        .floats("w", weights, outputs, inputs, kernel, kernel)
                        .node(
                                "Conv",
                                List.of("x", "w"),
                                List.of("y"),
                                GraphAuthor.attribute("group", groups))
                        .model(Graphs.OPSET);
        Image image = Image.of(Lab.compile(onnx));
        MemorySegment stored = image.members().get(StoredWeight.MEMBER);
        assertThat(stored.byteSize())
                .as("one copy, with channels of zeros up to the end of a block")
                .isLessThan(DATA + 7L * weights.length * Float.BYTES / 4);
        assertThat(restored(image)).containsExactly(weights);
        float[] expected = result(image);
        assertThat(expected).isNotEqualTo(new float[expected.length]);
        assertClose(result(with(image, laidOut(), null)), expected);
    }

    private static float[] restored(Image image) {
        ByteBuffer graph = image.members().get("model.onnx").asByteBuffer();
        List<StoredWeight> weights = SelfContained.check(graph, "model.onnx");
        assertThat(weights).hasSize(1);
        try (Weights constants = new Weights(image, weights, "model.onnx")) {
            return constants.constants().getFirst().data().toArray(JAVA_FLOAT);
        }
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).containsExactly(expected, Offset.offset(1e-3f));
    }

    @Test
    void otherCpusLayTheGraphOutThemselvesAndComputeTheSame() {
        Image image = Image.of(Lab.compile(convolutions()));
        float[] expected = result(image);
        assertThat(expected).hasSize(CHANNELS * 100).isNotEqualTo(new float[CHANNELS * 100]);
        assertClose(result(with(image, laidOut(), null)), expected);
        String elsewhere = laidOut().replaceFirst("[0-9a-f]{16}", "0".repeat(16));
        Image moved = with(image, elsewhere, image.members().get(laidOut()));
        assertClose(result(with(moved, laidOut(), null)), expected);
    }

    @Test
    void whatIsPortableDependsOnNoCpu() {
        Map<String, MemorySegment> members = Lab.compilePortably(convolutions()).members();
        assertThat(members).containsOnlyKeys("model.onnx", StoredWeight.MEMBER);
        assertThat(members.get(StoredWeight.MEMBER).asSlice(DATA).toArray(JAVA_FLOAT))
                .as("in the order of the source")
                .containsExactly(weights());
        Lab.compilePortably(convolutions())
                .members()
                .forEach(
                        (name, bytes) ->
                                assertThat(bytes.mismatch(members.get(name)))
                                        .as(name)
                                        .isEqualTo(-1));
        Image image = Image.of(Lab.compile(convolutions()));
        assertClose(result(Image.of(Lab.compilePortably(convolutions()))), result(image));
    }

    @Test
    void theKindOfTheCpuDependsOnAllThatDecidesTheLayout() {
        Path cpu = Path.of("/proc/cpuinfo");
        assertThat(CpuKind.of("1", "amd64", cpu))
                .matches("[0-9a-f]{16}")
                .isEqualTo(CpuKind.of("1", "amd64", cpu))
                .isNotEqualTo(CpuKind.of("2", "amd64", cpu))
                .isNotEqualTo(CpuKind.of("1", "aarch64", cpu))
                .isNotEqualTo(CpuKind.of("1", "amd64", Path.of("/nonexistent")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theMemoryOfTheNeffMayGoBeforeTheModel(boolean laidOutBefore) {
        Image compiled = Image.of(Lab.compile(convolutions()));
        Image image = laidOutBefore ? compiled : with(compiled, laidOut(), null);
        float[] expected = result(image);
        try (var arena = java.lang.foreign.Arena.ofShared()) {
            Map<String, MemorySegment> copies = new HashMap<>();
            image.members()
                    .forEach(
                            (name, bytes) ->
                                    copies.put(
                                            name,
                                            arena.allocate(bytes.byteSize(), 64).copyFrom(bytes)));
            Image fleeting = new Image(copies, image.graphs(), image.inputs(), image.outputs());
            try (Bench bench = Bench.of(fleeting, Lab.OWN)) {
                copies.values().forEach(copy -> copy.fill((byte) 0x7f));
                assertThat(run(bench)).isEqualTo(expected);
            }
        }
    }

    @Test
    void refusesWeightsThatAreMissingOrTooShort() {
        Image laidOut = Image.of(Lab.compile(convolutions()));
        requireRefused(with(laidOut, StoredWeight.MEMBER, null), "does not load " + laidOut());
        MemorySegment weights = laidOut.members().get(StoredWeight.MEMBER);
        requireRefused(
                with(laidOut, StoredWeight.MEMBER, weights.asSlice(0, 5000)),
                "does not load " + laidOut());
        Image image = with(laidOut, laidOut(), null);
        requireRefused(with(image, StoredWeight.MEMBER, null), "weights.bin, which is not there");
        requireRefused(
                with(image, StoredWeight.MEMBER, weights.asSlice(0, 5000)), "which has 5000 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "9216, 9220, another size than its shape",
        "9216, -921, another size than its shape",
        "9216, 9x16, impossible extents",
        "weights.bin, weights/bin, data is in another file",
        "weights.bin, ../..ts.bin, data is in another file"
    })
    void refusesPlacesThatLie(String what, String instead, String reason) {
        Image image = with(Image.of(Lab.compile(convolutions())), laidOut(), null);
        requireRefused(
                with(image, "model.onnx", replaced(image, "model.onnx", what, instead)), reason);
    }

    @Test
    void refusesALayoutThatNobodyKnows() {
        Image image = with(Image.of(Lab.compile(convolutions())), laidOut(), null);
        byte[] graph = image.members().get("model.onnx").toArray(JAVA_BYTE);
        assumeThat(new String(graph, StandardCharsets.ISO_8859_1))
                .as("this CPU has convolutions in blocks")
                .contains("OIHW");
        MemorySegment unknown = replaced(image, "model.onnx", "OIHW", "WHIO");
        requireRefused(with(image, "model.onnx", unknown), "unknown layout");
    }

    private static MemorySegment replaced(Image image, String graph, String what, String instead) {
        byte[] bytes = image.members().get(graph).toArray(JAVA_BYTE);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(what);
        return java.lang.foreign.Arena.ofAuto()
                .allocate(bytes.length)
                .copyFrom(
                        MemorySegment.ofArray(
                                text.replace(what, instead).getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static void requireRefused(Image image, String reason) {
        assertThatThrownBy(() -> Lab.ENGINE.load(image, Lab.OWN))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining(reason);
    }
}

package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.device.Engine;
import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.ProtoWriter;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Weights that lie beside the graph. */
class WeightsApartTest {
    private static final int CHANNELS = 16;
    private static final int FLOATS = CHANNELS * CHANNELS * 9;
    private static final String GRAPH = "model.onnx";

    private static float[] weights() {
        Random random = new Random(3);
        float[] floats = new float[FLOATS];
        for (int i = 0; i < FLOATS; i++) {
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
            author.floats("w" + i, filled(CHANNELS * CHANNELS, i + 0.5f), CHANNELS, CHANNELS, 1, 1)
                    .node("Conv", List.of("x" + i, "w" + i), List.of("c" + i))
                    .node("Sigmoid", List.of("c" + i), List.of("x" + (i + 1)));
        }
        return author.model(Graphs.OPSET);
    }

    /** y = x + w */
    private static Image sum(float weight) {
        return Image.of(
                Lab.compile(
                        new GraphAuthor("sum")
                                .input("x", ElementType.FLOAT, FLOATS)
                                .output("y", ElementType.FLOAT, FLOATS)
                                .floats("w", filled(FLOATS, weight), FLOATS)
                                .node("Add", List.of("x", "w"), List.of("y"))
                                .model(Graphs.OPSET)));
    }

    private static float[] filled(int count, float value) {
        float[] floats = new float[count];
        Arrays.fill(floats, value);
        return floats;
    }

    private static float first(Bench bench) {
        bench.invocation().run();
        return bench.out().getFirst().getAtIndex(JAVA_FLOAT, 0);
    }

    private static Image with(Image image, String member, MemorySegment bytes) {
        Map<String, MemorySegment> members = new HashMap<>(image.members());
        members.remove(member);
        if (bytes != null) {
            members.put(member, bytes);
        }
        return new Image(members, image.graphs(), image.inputs(), image.outputs());
    }

    /** {@return the same, with its weights somewhere in memory of its own, off by some bytes} */
    private static Image moved(Image image, int off) {
        MemorySegment weights = image.member(StoredWeight.MEMBER);
        MemorySegment copy = Arena.ofAuto().allocate(weights.byteSize() + off, 64).asSlice(off);
        return with(image, StoredWeight.MEMBER, copy.copyFrom(weights));
    }

    @Test
    void eachDistinctWeightIsStoredOnceAsItIsAndNotInTheGraph() {
        Map<String, MemorySegment> members = Lab.compile(convolutions()).members();
        assertThat(members).containsOnlyKeys(GRAPH, StoredWeight.MEMBER);
        assertThat(members.get(StoredWeight.MEMBER).toArray(JAVA_FLOAT))
                .as("for both convolutions, in the order of the source")
                .containsExactly(weights());
        assertThat(members.get(GRAPH).byteSize()).isLessThan(2000);
    }

    @Test
    void theFootprintTellsCodeFromConstants() {
        Image image = Image.of(Lab.compile(convolutions()));
        assertThat(Lab.ENGINE.footprint(image))
                .isEqualTo(
                        new Engine.Footprint(
                                image.member(GRAPH).byteSize(),
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

    @Test
    void areUsedWhereTheyLieWhileTheMemoryIsHeld() {
        Image image = moved(sum(0.5f), 0);
        AtomicInteger holds = new AtomicInteger();
        try (Bench bench = Bench.of(new Held(image, holds), Lab.OWN)) {
            assertThat(first(bench)).isEqualTo(0.5f);
            assertThat(holds).hasValue(1);
            image.member(StoredWeight.MEMBER).fill((byte) 0);
            assertThat(first(bench)).as("without weights").isZero();
        }
        assertThat(holds).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({"false, 0", "true, 4"})
    void areCopiedWhereTheMemoryMayGoOrIsNotAligned(boolean held, int off) {
        Image image = moved(sum(0.5f), off);
        AtomicInteger holds = new AtomicInteger();
        try (Bench bench = Bench.of(held ? new Held(image, holds) : image, Lab.OWN)) {
            image.member(StoredWeight.MEMBER).fill((byte) 0);
            assertThat(first(bench)).isEqualTo(0.5f);
        }
        assertThat(holds).hasValue(0);
    }

    @Test
    void aRefusedModelHoldsNoMemory() {
        AtomicInteger holds = new AtomicInteger();
        Image wrong = with(sum(0.5f), GRAPH, replaced(sum(0.5f), "Add", "Odd"));
        requireRefused(
                new Held(wrong, holds), NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION, "does not load");
        assertThat(holds).hasValue(0);
    }

    /** ONNX files have constants in many places; a NEFF has them in one. */
    @Test
    void itDoesNotMatterWhereAConstantWas(@TempDir Path folder) throws IOException {
        float[] values = weights();
        ByteBuffer bytes = ByteBuffer.allocate(4 * FLOATS).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Files.write(folder.resolve("weights.bin"), bytes.array());
        Map<String, MemorySegment> within =
                compiled(folder, graph -> graph.floats("w", values, FLOATS));
        Map<String, MemorySegment> beside =
                compiled(
                        folder,
                        graph ->
                                graph.external(
                                        "w",
                                        ElementType.FLOAT,
                                        "weights.bin",
                                        0,
                                        4 * FLOATS,
                                        FLOATS));
        ProtoWriter tensor = GraphAuthor.attribute("value", ElementType.FLOAT, bytes, FLOATS);
        Map<String, MemorySegment> computed =
                compiled(folder, graph -> graph.node("Constant", List.of(), List.of("w"), tensor));
        assertThat(within.get(StoredWeight.MEMBER).toArray(JAVA_FLOAT)).containsExactly(values);
        within.forEach(
                (name, member) -> {
                    assertThat(member.mismatch(beside.get(name))).as(name).isEqualTo(-1);
                    assertThat(member.mismatch(computed.get(name))).as(name).isEqualTo(-1);
                });
    }

    private static Map<String, MemorySegment> compiled(Path folder, Consumer<GraphAuthor> constant)
            throws IOException {
        GraphAuthor graph =
                new GraphAuthor("places")
                        .input("x", ElementType.FLOAT, FLOATS)
                        .output("y", ElementType.FLOAT, FLOATS);
        constant.accept(graph);
        graph.node("Add", List.of("x", "w"), List.of("y"));
        Path file = Files.write(folder.resolve("model.onnx"), graph.model(Graphs.OPSET));
        return Lab.COMPILER.compile(Lab.Wanted.of(file)).members();
    }

    /** Constants of inner graphs are in these; what is outside of them may be used there. */
    @ParameterizedTest
    @ValueSource(ints = {1, FLOATS})
    void innerGraphsKeepTheirConstantsAndUseTheOthers(int size) {
        GraphAuthor body =
                new GraphAuthor("body")
                        .input("i", ElementType.INT64)
                        .input("go", ElementType.BOOL)
                        .input("sum", ElementType.FLOAT, size)
                        .output("go_on", ElementType.BOOL)
                        .output("more", ElementType.FLOAT, size)
                        .floats("inner", filled(size, 2), size)
                        .node("Identity", List.of("go"), List.of("go_on"))
                        .node("Add", List.of("sum", "inner"), List.of("half"))
                        .node("Mul", List.of("half", "outer"), List.of("more"));
        Image image =
                Image.of(
                        Lab.compile(
                                new GraphAuthor("loop")
                                        .input("trips", ElementType.INT64)
                                        .input("start", ElementType.FLOAT, size)
                                        .output("end", ElementType.FLOAT, size)
                                        .floats("outer", filled(size, 3), size)
                                        .node(
                                                "Loop",
                                                List.of("trips", "", "start"),
                                                List.of("end"),
                                                GraphAuthor.attribute("body", body))
                                        .model(Graphs.OPSET)));
        try (Bench bench = Bench.of(image, Lab.OWN)) {
            bench.in().getFirst().set(JAVA_LONG, 0, 2);
            assertThat(first(bench)).isEqualTo((2 * 3 + 2) * 3);
        }
    }

    @Test
    void aConstantMayBeAnOutputOrUseless() {
        Image image =
                Image.of(
                        Lab.compile(
                                new GraphAuthor("odd")
                                        .input("x", ElementType.FLOAT, 1)
                                        .output("y", ElementType.FLOAT, FLOATS)
                                        .output("w", ElementType.FLOAT, FLOATS)
                                        .floats("w", filled(FLOATS, 7), FLOATS)
                                        .floats("useless", filled(FLOATS, 8), FLOATS)
                                        .node("Add", List.of("x", "w"), List.of("y"))
                                        .model(Graphs.OPSET)));
        try (Bench bench = Bench.of(image, Lab.OWN)) {
            assertThat(first(bench)).isEqualTo(7);
            assertThat(bench.out().getLast().getAtIndex(JAVA_FLOAT, 1)).isEqualTo(7);
        }
        assertThat(image.member(StoredWeight.MEMBER).byteSize()).isEqualTo(4L * FLOATS);
    }

    /** Also those that ONNX Runtime writes into its file, but that no NEFF has beside the graph. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT8E4M3FN", "BFLOAT16", "FLOAT16", "BOOL", "UINT64"})
    void constantsOfAnyTypeKeepTheirBytes(ElementType type) {
        int bytes = type == ElementType.UINT64 ? 8 : type.name().endsWith("16") ? 2 : 1;
        ByteBuffer data = ByteBuffer.allocate(2048);
        for (int i = 0; i < data.capacity(); i++) {
            data.put(i, (byte) (i % 2));
        }
        Image image =
                Image.of(
                        Lab.compile(
                                new GraphAuthor("typed")
                                        .output("y", type, 2048 / bytes)
                                        .constant("w", type, data, 2048 / bytes)
                                        .node("Identity", List.of("w"), List.of("y"))
                                        .model(21)));
        try (Bench bench = Bench.of(image, Lab.OWN)) {
            bench.invocation().run();
            assertThat(bench.out().getFirst().toArray(JAVA_BYTE)).isEqualTo(data.array());
        }
    }

    /** ONNX Runtime looks into constants that it was only handed. */
    @Test
    void areRewrittenWithTheGraph() {
        float[] ones = filled(CHANNELS, 1);
        Compiled compiled =
                Lab.compile(
                        new GraphAuthor("normalised")
                                .input("x", ElementType.FLOAT, 1, CHANNELS, 3, 3)
                                .output("y", ElementType.FLOAT, 1, CHANNELS, 1, 1)
                                .floats("w", weights(), CHANNELS, CHANNELS, 3, 3)
                                .floats("scale", filled(CHANNELS, 2), CHANNELS)
                                .floats("shift", ones, CHANNELS)
                                .floats("mean", ones, CHANNELS)
                                .floats("variance", ones, CHANNELS)
                                .node("Conv", List.of("x", "w"), List.of("c"))
                                .node(
                                        "BatchNormalization",
                                        List.of("c", "scale", "shift", "mean", "variance"),
                                        List.of("y"),
                                        GraphAuthor.attribute("epsilon", 0f))
                                .model(Graphs.OPSET));
        assertThat(new String(compiled.members().get(GRAPH).toArray(JAVA_BYTE)))
                .contains("Conv")
                .doesNotContain("BatchNormalization");
        float[] doubled = weights();
        for (int i = 0; i < FLOATS; i++) {
            doubled[i] *= 2;
        }
        assertThat(compiled.members().get(StoredWeight.MEMBER).toArray(JAVA_FLOAT))
                .containsExactly(doubled, Offset.offset(1e-6f));
    }

    @Test
    void refusesTwoConstantsOfOneName() {
        byte[] onnx =
                new GraphAuthor("twice")
                        .input("x", ElementType.FLOAT, FLOATS)
                        .output("y", ElementType.FLOAT, FLOATS)
                        .floats("w", filled(FLOATS, 7), FLOATS)
                        .floats("w", filled(FLOATS, 8), FLOATS)
                        .node("Add", List.of("x", "w"), List.of("y"))
                        .model(Graphs.OPSET);
        assertThatThrownBy(() -> Lab.compile(onnx)).hasMessageContaining("a second constant");
    }

    @Test
    void modelsWithOtherWeightsShareNothing() {
        try (Bench half = Bench.of(sum(0.5f), Lab.SHARED);
                Bench quarter = Bench.of(sum(0.25f), Lab.SHARED)) {
            assertThat(first(half)).isEqualTo(0.5f);
            assertThat(first(quarter)).isEqualTo(0.25f);
        }
    }

    @Test
    void refusesWeightsThatAreMissingOrCutOffAnywhere() {
        Image image = Image.of(Lab.compile(convolutions()));
        requireInvalid(with(image, StoredWeight.MEMBER, null), "weights.bin, which is not there");
        MemorySegment weights = image.member(StoredWeight.MEMBER);
        for (long size = 0; size < weights.byteSize(); size += 257) {
            requireInvalid(
                    with(image, StoredWeight.MEMBER, weights.asSlice(0, size)),
                    "which has " + size + " bytes");
        }
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
        Image image = Image.of(Lab.compile(convolutions()));
        requireInvalid(with(image, GRAPH, replaced(image, what, instead)), reason);
    }

    /** Earlier versions of Glia wrote a second graph, in a format of ONNX Runtime's own. */
    @Test
    void leavesTheSecondGraphOfAnOldNeffAlone() {
        Image old =
                with(sum(0.5f), "model.0123456789abcdef.ort", MemorySegment.ofArray(new byte[1]));
        try (Bench bench = Bench.of(old, Lab.OWN)) {
            assertThat(first(bench)).isEqualTo(0.5f);
        }
    }

    /** And they stored some constants in the order of the CPU that compiled. */
    @Test
    void refusesConstantsInAnOrderThatIsNotTheirOwn() {
        Image image = Image.of(Lab.compile(convolutions()));
        // "offset" is 0 when it is not there.
        Image old = with(image, GRAPH, replaced(image, "offset", "layout"));
        requireRefused(
                old,
                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                "laid out for one kind of CPU",
                "compile the model again");
    }

    private static MemorySegment replaced(Image image, String what, String instead) {
        byte[] bytes = image.member(GRAPH).toArray(JAVA_BYTE);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(what);
        return Arena.ofAuto()
                .allocateFrom(
                        JAVA_BYTE,
                        text.replace(what, instead).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void requireInvalid(ModelImage image, String reason) {
        requireRefused(image, NrtStatus.NRT_INVALID, reason);
    }

    private static void requireRefused(ModelImage image, NrtStatus status, String... reasons) {
        assertThatThrownBy(() -> Lab.ENGINE.load(image, Lab.OWN))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status))
                .hasMessageContainingAll(reasons);
    }

    /** An image whose memory can be kept, and how many keep it. */
    private record Held(Image image, AtomicInteger holds) implements ModelImage {
        @Override
        public Optional<Hold> hold() {
            holds.incrementAndGet();
            return Optional.of(holds::decrementAndGet);
        }

        @Override
        public MemorySegment member(String name) {
            return image.member(name);
        }

        @Override
        public String name() {
            return image.name();
        }

        @Override
        public UUID uuid() {
            return image.uuid();
        }

        @Override
        public String architecture() {
            return image.architecture();
        }

        @Override
        public int lncSize() {
            return image.lncSize();
        }

        @Override
        public long featureBits() {
            return image.featureBits();
        }

        @Override
        public List<TensorInfo> inputs() {
            return image.inputs();
        }

        @Override
        public List<TensorInfo> outputs() {
            return image.outputs();
        }

        @Override
        public List<Graph> graphs() {
            return image.graphs();
        }
    }
}

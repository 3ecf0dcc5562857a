package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.glia.device.Engine;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

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

    /** ONNX Runtime copies them; wherever they lie, they may go when the model is loaded. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void mayLieAnywhereAndGoBeforeTheModel(int off) {
        Image image = moved(sum(0.5f), off);
        try (Bench bench = Bench.of(image, Lab.OWN)) {
            image.member(StoredWeight.MEMBER).fill((byte) 0);
            assertThat(first(bench)).isEqualTo(0.5f);
        }
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

    private static void requireInvalid(Image image, String reason) {
        requireRefused(image, NrtStatus.NRT_INVALID, reason);
    }

    private static void requireRefused(Image image, NrtStatus status, String... reasons) {
        assertThatThrownBy(() -> Lab.ENGINE.load(image, Lab.OWN))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status))
                .hasMessageContainingAll(reasons);
    }
}

package dev.glia.engine.onnx.internal.flat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.engine.onnx.internal.onnx.WeightStore;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** ONNX Runtime's own format, read and written. */
class OrtFormatTest {
    private static final byte[] IDENTIFIER = "ORTM".getBytes(StandardCharsets.US_ASCII);

    private static Flat.Text text(String text) {
        return new Flat.Text(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Flat.Scalar number(int number) {
        return new Flat.Scalar(
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).flip());
    }

    private static Flat.Table table(Flat... fields) {
        return new Flat.Table(Arrays.asList(fields));
    }

    private static Flat.Table tensor(String name, byte[] data) {
        return table(
                text(name),
                null,
                new Flat.Scalars(ByteBuffer.allocate(8), 8),
                number(2),
                new Flat.Scalars(ByteBuffer.wrap(data), 1));
    }

    /** A session with nothing but initializers and values of a graph. */
    private static Flat.Table session(List<Flat.Table> initializers, List<Flat.Table> values) {
        Flat.Table graph =
                table(new Flat.Vector(initializers), new Flat.Vector(values), null, number(3));
        Flat.Table model = table(null, null, null, null, null, null, null, graph);
        return table(text("6"), model);
    }

    private static byte[] again(byte[] written, WeightStore weights) {
        return OrtFormat.separate(written, weights);
    }

    private static byte[] written(Flat.Table session) {
        return FlatWriter.write(session, IDENTIFIER);
    }

    @Test
    void putsWhatHasNoOrderIntoOne() {
        List<Flat.Table> tensors = new ArrayList<>();
        List<Flat.Table> values = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            tensors.add(tensor("t" + (char) ('a' + i), new byte[] {(byte) i}));
            values.add(table(text("v" + (char) ('a' + i))));
        }
        byte[] expected = again(written(session(tensors, values)), new WeightStore());
        Collections.reverse(tensors);
        Collections.reverse(values);
        byte[] reversed = written(session(tensors, values));
        assertThat(reversed).isNotEqualTo(expected);
        assertThat(again(reversed, new WeightStore())).isEqualTo(expected);
    }

    @Test
    void readsWhatItWrote() {
        Flat.Table session =
                session(
                        List.of(tensor("a", new byte[] {1, 2, 3}), tensor("b", new byte[0])),
                        List.of(table(text("a")), table(text("b"), text("é"))));
        assertThat(new FlatReader(written(session), new WeightStore()).root()).isEqualTo(session);
    }

    @Test
    void takesLargeConstantsOutAndEachDistinctOneOnce() {
        byte[] large = new byte[WeightStore.LEAST];
        Arrays.fill(large, (byte) 7);
        byte[] small = new byte[WeightStore.LEAST - 1];
        WeightStore weights = new WeightStore();
        byte[] graph =
                again(
                        written(
                                session(
                                        List.of(
                                                tensor("a", large),
                                                tensor("b", large.clone()),
                                                tensor("c", small)),
                                        List.of())),
                        weights);
        byte[] stored = weights.memory().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        assertThat(graph.length % 64).isZero();
        assertThat(graph).hasSizeBetween(small.length, large.length + small.length);
        assertThat(stored).hasSize(64 + large.length);
        byte[] joined = Arrays.copyOf(graph, graph.length + stored.length);
        System.arraycopy(stored, 0, joined, graph.length, stored.length);
        WeightStore second = new WeightStore();
        assertThat(again(joined, second)).as("weights are found behind the graph").isEqualTo(graph);
        assertThat(second.memory().mismatch(weights.memory())).isEqualTo(-1);
    }

    @Test
    void refusesFieldsThatNobodyKnows() {
        Flat.Table later = table(text("7"), null, null, null, number(1));
        assertThatThrownBy(() -> again(written(later), new WeightStore()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("InferenceSession, field 4");
    }
}

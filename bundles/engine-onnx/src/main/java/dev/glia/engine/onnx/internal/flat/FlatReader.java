package dev.glia.engine.onnx.internal.flat;

import dev.glia.engine.onnx.internal.onnx.WeightStore;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Reads what ONNX Runtime wrote, gives it one order where it has none, and takes its large
 * constants out.
 */
final class FlatReader {
    private static final int SHORT = Short.BYTES;
    private static final int WORD = Integer.BYTES;

    private static final Comparator<Flat.Text> BY_NAME =
            Comparator.nullsFirst(Comparator.naturalOrder());

    private final ByteBuffer bytes;
    private final WeightStore weights;

    FlatReader(byte[] bytes, WeightStore weights) {
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.weights = weights;
    }

    /**
     * {@return the outermost table}
     *
     * @throws IllegalArgumentException when something in it is not known here
     */
    Flat.Table root() {
        return table(target(0), OrtSchema.ROOT);
    }

    private Flat.Table table(int at, String kind) {
        List<OrtSchema.Field> schema = OrtSchema.fields(kind);
        int offsets = at - bytes.getInt(at);
        int count = (unsignedShort(offsets) - 2 * SHORT) / SHORT;
        List<Flat> fields = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int offset = unsignedShort(offsets + (2 + i) * SHORT);
            if (offset == 0) {
                fields.add(null);
            } else if (i < schema.size()) {
                fields.add(field(at + offset, schema.get(i), fields));
            } else {
                throw unknown(kind, i);
            }
        }
        return new Flat.Table(fields);
    }

    private Flat field(int at, OrtSchema.Field field, List<Flat> before) {
        return switch (field) {
            case OrtSchema.Number(int size) -> new Flat.Scalar(slice(at, size));
            case OrtSchema.Text() -> text(target(at));
            case OrtSchema.Numbers(int stride) -> numbers(target(at), stride);
            case OrtSchema.Data() -> data(target(at));
            case OrtSchema.Texts() -> new Flat.Vector(vector(target(at), this::text));
            case OrtSchema.Table(String kind) -> table(target(at), kind);
            case OrtSchema.Tables(String kind, boolean sorted) -> {
                List<Flat.Table> tables = vector(target(at), place -> table(place, kind));
                if (sorted) {
                    tables.sort(Comparator.comparing(table -> table.text(0), BY_NAME));
                }
                yield new Flat.Vector(tables);
            }
            case OrtSchema.Union(List<String> kinds) -> {
                Flat.Scalar kind = (Flat.Scalar) before.getLast();
                yield table(target(at), kinds.get(kind.bytes().get(0) - 1));
            }
            case OrtSchema.Gone() -> throw unknown("a field that is gone", before.size());
        };
    }

    private static IllegalArgumentException unknown(String kind, int field) {
        return new IllegalArgumentException(
                "%s, field %d: this version of the format is not known".formatted(kind, field));
    }

    private Flat.Scalars numbers(int at, int stride) {
        int count = bytes.getInt(at);
        return new Flat.Scalars(slice(at + WORD, Math.multiplyExact(count, stride)), stride);
    }

    private Flat data(int at) {
        Flat.Scalars data = numbers(at, 1);
        return data.bytes().remaining() < WeightStore.LEAST
                ? data
                : new Flat.Weight(weights.put(data.bytes()));
    }

    private Flat.Text text(int at) {
        return new Flat.Text(slice(at + WORD, bytes.getInt(at)));
    }

    private <T extends Flat> List<T> vector(int at, IntFunction<T> element) {
        List<T> elements = new ArrayList<>();
        for (int i = 0; i < bytes.getInt(at); i++) {
            elements.add(element.apply(target(at + WORD + i * WORD)));
        }
        return elements;
    }

    private int target(int at) {
        return Math.addExact(at, bytes.getInt(at));
    }

    private int unsignedShort(int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }

    private ByteBuffer slice(int at, int size) {
        return bytes.slice(at, size).order(ByteOrder.LITTLE_ENDIAN);
    }
}

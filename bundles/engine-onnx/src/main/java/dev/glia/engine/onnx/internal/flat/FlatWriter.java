package dev.glia.engine.onnx.internal.flat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Writes a FlatBuffer that ends where its weights are to follow. References lead forward only, so
 * tables come first, then numbers and texts, each distinct one once, and the weights behind them.
 */
final class FlatWriter {
    private static final int SHORT = Short.BYTES;
    private static final int WORD = Integer.BYTES;

    /** Vector instructions read numbers that lie in a graph where they are. */
    private static final int DATA_ALIGNMENT = 16;

    /** What begins behind the graph, begins at a multiple of this. */
    private static final int END_ALIGNMENT = 64;

    /** A reference that is not written yet: where it is, and to what it leads. */
    private record Reference(int at, Flat target) {}

    private final Queue<Reference> tables = new ArrayDeque<>();
    private final Map<Flat, List<Integer>> leaves = new LinkedHashMap<>();
    private final List<Reference> weights = new ArrayList<>();
    private final Map<ByteBuffer, Integer> layouts = new HashMap<>();
    private ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

    private FlatWriter() {}

    /** {@return a FlatBuffer, whose weights follow at its end} */
    static byte[] write(Flat.Table root, byte[] identifier) {
        FlatWriter writer = new FlatWriter();
        writer.reference(root);
        writer.room(identifier.length).put(identifier);
        while (!writer.tables.isEmpty()) {
            writer.node(writer.tables.remove());
        }
        writer.leaves.forEach(writer::leaf);
        writer.pad(END_ALIGNMENT, 0);
        int end = writer.out.position();
        for (Reference weight : writer.weights) {
            long length = end + ((Flat.Weight) weight.target).offset() - WORD;
            writer.out.putInt(weight.at, Math.toIntExact(length - weight.at));
        }
        byte[] bytes = new byte[end];
        writer.out.flip().get(bytes);
        return bytes;
    }

    /** Leaves room for a reference that is known later. */
    private void reference(Flat target) {
        int at = room(WORD).position();
        out.putInt(0);
        switch (target) {
            case Flat.Table _, Flat.Vector _ -> tables.add(new Reference(at, target));
            case Flat.Weight _ -> weights.add(new Reference(at, target));
            default -> leaves.computeIfAbsent(target, _ -> new ArrayList<>()).add(at);
        }
    }

    private void node(Reference reference) {
        switch (reference.target) {
            case Flat.Table table -> table(table, reference.at);
            case Flat.Vector vector -> {
                pad(WORD, 0);
                lead(reference.at);
                room(WORD).putInt(vector.elements().size());
                vector.elements().forEach(this::reference);
            }
            default -> throw new IllegalStateException("no node: " + reference.target);
        }
    }

    /** The offsets of the fields from the beginning of the table, then the table. */
    private void table(Flat.Table table, int reference) {
        int count = table.fields().size();
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (table.fields().get(i) != null) {
                order.add(i);
            }
        }
        // The largest first leaves no gaps: behind its first word, a table is at a multiple of 8.
        order.sort(Comparator.comparing((Integer i) -> -size(table.fields().get(i))));
        ByteBuffer layout = ByteBuffer.allocate((2 + count) * SHORT).order(ByteOrder.LITTLE_ENDIAN);
        int size = WORD;
        for (int field : order) {
            layout.putShort((2 + field) * SHORT, (short) size);
            size += size(table.fields().get(field));
        }
        layout.putShort(0, (short) layout.capacity()).putShort(SHORT, (short) size);
        int known = layout(layout);
        pad(Long.BYTES, WORD);
        lead(reference);
        room(WORD).putInt(out.position() - known);
        for (int field : order) {
            switch (table.fields().get(field)) {
                case Flat.Scalar(ByteBuffer bytes) ->
                        room(bytes.remaining()).put(bytes.duplicate());
                case Flat value -> reference(value);
            }
        }
    }

    private static int size(Flat field) {
        return field instanceof Flat.Scalar(ByteBuffer bytes) ? bytes.remaining() : WORD;
    }

    private int layout(ByteBuffer layout) {
        return layouts.computeIfAbsent(
                layout,
                bytes -> {
                    pad(SHORT, 0);
                    int at = out.position();
                    room(bytes.remaining()).put(bytes.duplicate());
                    return at;
                });
    }

    private void leaf(Flat leaf, List<Integer> references) {
        switch (leaf) {
            case Flat.Text(ByteBuffer bytes) -> {
                pad(WORD, 0);
                references.forEach(this::lead);
                room(WORD).putInt(bytes.remaining());
                room(bytes.remaining() + 1).put(bytes.duplicate()).put((byte) 0);
            }
            case Flat.Scalars(ByteBuffer bytes, int stride) -> {
                pad(DATA_ALIGNMENT, DATA_ALIGNMENT - WORD);
                references.forEach(this::lead);
                room(WORD).putInt(bytes.remaining() / stride);
                room(bytes.remaining()).put(bytes.duplicate());
            }
            default -> throw new IllegalStateException("no leaf: " + leaf);
        }
    }

    /** Lets a reference lead to here. */
    private void lead(int reference) {
        out.putInt(reference, out.position() - reference);
    }

    /** Goes on to a place that is some bytes behind a multiple of an alignment. */
    private void pad(int alignment, int behind) {
        int gap = Math.floorMod(behind - out.position(), alignment);
        room(gap).put(new byte[gap]);
    }

    private ByteBuffer room(int bytes) {
        if (out.remaining() < bytes) {
            int size =
                    Math.max(
                            Math.multiplyExact(out.capacity(), 2),
                            Math.addExact(out.position(), bytes));
            out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(out.flip());
        }
        return out;
    }
}

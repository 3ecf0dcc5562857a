package dev.glia.engine.onnx.internal.onnx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the large constants out of graphs, so that a graph is read without them, and each distinct
 * one is stored once even if several graphs use it: also when it is here already in the order that
 * a graph for one kind of CPU wants, from which the others can restore it.
 */
public final class WeightStore {
    private static final int EXTERNAL = 1;

    /** Smaller ones stay in the graph, where ONNX Runtime can use them to infer shapes. */
    public static final int LEAST = 1024;

    private static final long ALIGNMENT = 64;

    /** Each constant has its length in front of it, as a vector in a FlatBuffer. */
    private static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private record Place(long offset, long length, Optional<FilterLayout> layout) {}

    private final Map<ByteBuffer, Long> places = new LinkedHashMap<>();
    private final Set<Long> lengths = new HashSet<>();
    private long size;

    /** {@return the model without its large constants, which are in this store from now on} */
    public byte[] separate(byte[] model, String name) {
        ProtoWriter out = new ProtoWriter();
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            if (reader.number() == Fields.MODEL_GRAPH) {
                out.message(reader.number(), graph(reader.message("graph")));
            } else {
                out.raw(reader.field());
            }
        }
        return out.toByteArray();
    }

    private ProtoWriter graph(ProtoReader graph) {
        ProtoWriter out = new ProtoWriter();
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_INITIALIZER) {
                constant(graph, out);
            } else {
                out.raw(graph.field());
            }
        }
        return out;
    }

    private void constant(ProtoReader graph, ProtoWriter out) {
        ProtoWriter rest = new ProtoWriter();
        ByteBuffer data = ByteBuffer.allocate(0);
        int type = 0;
        List<Long> shape = new ArrayList<>();
        ProtoReader tensor = graph.message("initializer");
        while (tensor.next()) {
            switch (tensor.number()) {
                case Fields.TENSOR_RAW_DATA -> data = tensor.bytes();
                case Fields.TENSOR_DATA_TYPE -> type = (int) tensor.varintValue();
                case Fields.TENSOR_DIMS -> {
                    for (long extent : tensor.varints()) {
                        shape.add(extent);
                    }
                }
                default -> {}
            }
            if (tensor.number() != Fields.TENSOR_RAW_DATA) {
                rest.raw(tensor.field());
            }
        }
        if (data.remaining() < LEAST || StoredWeight.elementBytes(type) == 0) {
            out.raw(graph.field());
            return;
        }
        Place place = place(data, type, shape);
        entry(rest, "location", StoredWeight.MEMBER);
        entry(rest, "offset", String.valueOf(place.offset));
        entry(rest, "length", String.valueOf(place.length));
        place.layout.ifPresent(layout -> entry(rest, StoredWeight.LAYOUT, layout.name()));
        out.message(graph.number(), rest.varint(Fields.TENSOR_DATA_LOCATION, EXTERNAL));
    }

    private static void entry(ProtoWriter tensor, String key, String value) {
        tensor.message(
                Fields.TENSOR_EXTERNAL_DATA,
                new ProtoWriter().string(Fields.ENTRY_KEY, key).string(Fields.ENTRY_VALUE, value));
    }

    /** Where a constant is from now on: as it is, or laid out if that is here already. */
    private Place place(ByteBuffer data, int type, List<Long> shape) {
        Long known = places.get(data);
        if (known == null) {
            for (FilterLayout layout : FilterLayout.of(type, shape)) {
                if (lengths.contains(layout.bytes(shape))) {
                    ByteBuffer laidOut = layout.laidOut(data, shape);
                    Long place = places.get(laidOut);
                    if (place != null && restores(layout, laidOut, shape, data)) {
                        return new Place(place, laidOut.remaining(), Optional.of(layout));
                    }
                }
            }
            known = put(data);
        }
        return new Place(known, data.remaining(), Optional.empty());
    }

    /** {@return where a constant begins that is in this store from now on} */
    public long put(ByteBuffer data) {
        return places.computeIfAbsent(data, this::append);
    }

    private long append(ByteBuffer data) {
        long place = Math.ceilDiv(size + LENGTH.byteSize(), ALIGNMENT) * ALIGNMENT;
        lengths.add((long) data.remaining());
        size = place + data.remaining();
        return place;
    }

    private static boolean restores(
            FilterLayout layout, ByteBuffer laidOut, List<Long> shape, ByteBuffer data) {
        ByteBuffer restored = ByteBuffer.allocate(data.remaining());
        layout.restore(MemorySegment.ofBuffer(laidOut), shape, MemorySegment.ofBuffer(restored));
        return restored.equals(data);
    }

    /** {@return whether no graph had a large constant} */
    public boolean isEmpty() {
        return places.isEmpty();
    }

    /** {@return all of them, one after the other, each with its length in front of it} */
    public MemorySegment memory() {
        MemorySegment memory = Arena.ofAuto().allocate(size, ALIGNMENT);
        places.forEach(
                (data, start) -> {
                    memory.set(LENGTH, start - LENGTH.byteSize(), data.remaining());
                    MemorySegment.copy(
                            MemorySegment.ofBuffer(data), 0, memory, start, data.remaining());
                });
        return memory.asReadOnly();
    }
}

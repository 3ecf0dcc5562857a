package dev.glia.engine.onnx.internal.onnx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Takes the large constants out of a graph, so that it is read without them, and each distinct one
 * is stored once.
 */
public final class WeightStore {
    private static final int EXTERNAL = 1;

    /** Smaller ones stay in the graph, where ONNX Runtime can use them to infer shapes. */
    public static final int LEAST = 1024;

    private static final long ALIGNMENT = 64;

    private final Map<ByteBuffer, Long> places = new LinkedHashMap<>();
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
        ProtoReader tensor = graph.message("initializer");
        while (tensor.next()) {
            switch (tensor.number()) {
                case Fields.TENSOR_RAW_DATA -> data = tensor.bytes();
                case Fields.TENSOR_DATA_TYPE -> type = (int) tensor.varintValue();
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
        entry(rest, "location", StoredWeight.MEMBER);
        entry(rest, "offset", String.valueOf(places.computeIfAbsent(data, this::append)));
        entry(rest, "length", String.valueOf(data.remaining()));
        out.message(graph.number(), rest.varint(Fields.TENSOR_DATA_LOCATION, EXTERNAL));
    }

    private static void entry(ProtoWriter tensor, String key, String value) {
        tensor.message(
                Fields.TENSOR_EXTERNAL_DATA,
                new ProtoWriter().string(Fields.ENTRY_KEY, key).string(Fields.ENTRY_VALUE, value));
    }

    private long append(ByteBuffer data) {
        long place = Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT;
        size = place + data.remaining();
        return place;
    }

    /** {@return whether there was no large constant} */
    public boolean isEmpty() {
        return places.isEmpty();
    }

    /** {@return all of them, one after the other} */
    public MemorySegment memory() {
        MemorySegment memory = Arena.ofAuto().allocate(size, ALIGNMENT);
        places.forEach(
                (data, start) ->
                        MemorySegment.copy(
                                MemorySegment.ofBuffer(data), 0, memory, start, data.remaining()));
        return memory.asReadOnly();
    }
}

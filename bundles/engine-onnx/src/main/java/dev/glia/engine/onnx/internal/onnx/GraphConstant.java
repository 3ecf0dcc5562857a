package dev.glia.engine.onnx.internal.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A constant as a graph describes it.
 *
 * @param name its name
 * @param elementType the number of its ONNX element type
 * @param shape the extents
 * @param data its data, if the graph has it as bytes
 * @param place what says where its data is, if that is not in the graph
 * @param rest the rest of the message, to be written once
 */
record GraphConstant(
        String name,
        long elementType,
        List<Long> shape,
        Optional<ByteBuffer> data,
        Optional<Map<String, String>> place,
        ProtoWriter rest) {
    private static final int EXTERNAL = 1;

    static GraphConstant of(ProtoReader tensor) {
        String name = "";
        long type = 0;
        List<Long> shape = new ArrayList<>();
        ByteBuffer data = null;
        boolean external = false;
        Map<String, String> place = new HashMap<>();
        ProtoWriter rest = new ProtoWriter();
        while (tensor.next()) {
            switch (tensor.number()) {
                case Fields.TENSOR_RAW_DATA -> data = tensor.bytes();
                case Fields.TENSOR_DATA_LOCATION -> external = tensor.varintValue() == EXTERNAL;
                case Fields.TENSOR_EXTERNAL_DATA -> entry(tensor.message("external_data"), place);
                case Fields.TENSOR_NAME -> name = tensor.string();
                case Fields.TENSOR_DATA_TYPE -> type = tensor.varintValue();
                case Fields.TENSOR_DIMS -> {
                    for (long extent : tensor.varints(StrictReading.RANK)) {
                        shape.add(extent);
                    }
                }
                default -> {}
            }
            switch (tensor.number()) {
                case Fields.TENSOR_NAME,
                        Fields.TENSOR_RAW_DATA,
                        Fields.TENSOR_DATA_LOCATION,
                        Fields.TENSOR_EXTERNAL_DATA -> {}
                default -> rest.raw(tensor.field());
            }
        }
        return new GraphConstant(
                name,
                type,
                shape,
                Optional.ofNullable(data),
                external ? Optional.of(place) : Optional.empty(),
                rest);
    }

    /** Adds what an entry says of the place of data. */
    static void entry(ProtoReader entry, Map<String, String> entries) {
        String key = "";
        String value = "";
        while (entry.next()) {
            switch (entry.number()) {
                case Fields.ENTRY_KEY -> key = entry.string();
                case Fields.ENTRY_VALUE -> value = entry.string();
                default -> {}
            }
        }
        entries.put(key, value);
    }

    /**
     * {@return the bytes that its shape takes; 0 for an element type whose data is not stored
     * apart}
     *
     * @throws ArithmeticException when no memory has that many
     */
    long bytes() {
        long bytes = StoredWeight.elementBytes(elementType);
        for (long extent : shape) {
            bytes = extent < 0 ? 0 : Math.multiplyExact(bytes, extent);
        }
        return bytes;
    }

    /** {@return whether its data is there as bytes, as many as its shape takes} */
    boolean isReadable() {
        return data.map(known -> (long) known.remaining())
                        .orElseGet(() -> place.isEmpty() ? -1L : placed("length"))
                == bytes();
    }

    /** {@return a number of its place that ONNX Runtime wrote} */
    long placed(String key) {
        return Long.parseLong(place.orElseThrow().get(key));
    }

    /** {@return the same constant with another name} */
    GraphConstant named(String other) {
        return new GraphConstant(other, elementType, shape, data, place, rest);
    }

    /** {@return the message of the same constant with its data within} */
    ProtoWriter with(ByteBuffer bytes) {
        return rest.string(Fields.TENSOR_NAME, name).bytes(Fields.TENSOR_RAW_DATA, bytes);
    }

    /** {@return the message of the same constant with its data in the weights beside the graph} */
    ProtoWriter apart(long offset, long length) {
        rest.string(Fields.TENSOR_NAME, name);
        entry("location", StoredWeight.MEMBER);
        entry("offset", String.valueOf(offset));
        entry("length", String.valueOf(length));
        return rest.varint(Fields.TENSOR_DATA_LOCATION, EXTERNAL);
    }

    private void entry(String key, String value) {
        rest.message(
                Fields.TENSOR_EXTERNAL_DATA,
                new ProtoWriter().string(Fields.ENTRY_KEY, key).string(Fields.ENTRY_VALUE, value));
    }
}

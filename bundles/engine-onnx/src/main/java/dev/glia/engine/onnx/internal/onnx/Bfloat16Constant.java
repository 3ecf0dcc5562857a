package dev.glia.engine.onnx.internal.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * A constant that may be of bfloat16.
 *
 * @param name its name
 * @param type the number of its element type
 * @param shape its extents
 */
record Bfloat16Constant(String name, long type, List<Long> shape) {

    static Bfloat16Constant of(ProtoReader tensor) {
        String name = "";
        long type = 0;
        List<Long> shape = new ArrayList<>();
        while (tensor.next()) {
            switch (tensor.number()) {
                case Fields.TENSOR_NAME -> name = tensor.string();
                case Fields.TENSOR_DATA_TYPE -> type = tensor.varintValue();
                case Fields.TENSOR_DIMS -> {
                    for (long extent : tensor.varints(StrictReading.RANK)) {
                        shape.add(extent);
                    }
                }
                default -> {}
            }
        }
        return new Bfloat16Constant(name, type, shape);
    }

    /** {@return the same under another name} */
    Bfloat16Constant as(String other) {
        return new Bfloat16Constant(other, type, shape);
    }

    boolean isNarrow() {
        return type == Bfloat16Type.NUMBER;
    }

    /** {@return whether it is stored beside the graph} */
    boolean isLarge() {
        double bytes = Short.BYTES;
        for (long extent : shape) {
            bytes *= extent;
        }
        return bytes >= WeightStore.LEAST;
    }

    /**
     * {@return it as an input of the graph, which ONNX Runtime then leaves as it is: nobody gives
     * another value, but somebody might}
     */
    ProtoWriter asInput() {
        ProtoWriter extents = new ProtoWriter();
        shape.forEach(
                extent ->
                        extents.message(
                                Fields.SHAPE_DIM,
                                new ProtoWriter().varint(Fields.DIM_VALUE, extent)));
        ProtoWriter tensor =
                new ProtoWriter()
                        .varint(Fields.TENSOR_TYPE_ELEMENT, type)
                        .message(Fields.TENSOR_TYPE_SHAPE, extents);
        return new ProtoWriter()
                .string(Fields.VALUE_NAME, name)
                .message(Fields.VALUE_TYPE, new ProtoWriter().message(Fields.TYPE_TENSOR, tensor));
    }
}

package dev.glia.engine.onnx.internal.onnx;

/** The types of values that are, or hold, tensors of bfloat16. */
final class Bfloat16Type {
    static final long NUMBER = ElementType.BFLOAT16.ordinal();
    static final long WIDE = ElementType.FLOAT.ordinal();

    private Bfloat16Type() {}

    /** {@return whether a value is declared as bfloat16; also a sequence of such tensors} */
    static boolean isOf(ProtoReader value) {
        return value.again()
                .find(Fields.VALUE_TYPE)
                .filter(type -> isIn(type.message("type")))
                .isPresent();
    }

    private static boolean isIn(ProtoReader type) {
        while (type.next()) {
            boolean found =
                    switch (type.number()) {
                        case Fields.TYPE_TENSOR, Fields.TYPE_SPARSE_TENSOR ->
                                type.message("tensor_type")
                                        .find(Fields.TENSOR_TYPE_ELEMENT)
                                        .filter(element -> element.varintValue() == NUMBER)
                                        .isPresent();
                        case Fields.TYPE_SEQUENCE, Fields.TYPE_OPTIONAL ->
                                type.message("container")
                                        .find(Fields.TENSOR_TYPE_ELEMENT)
                                        .filter(element -> isIn(element.message("elem_type")))
                                        .isPresent();
                        default -> false;
                    };
            if (found) {
                return true;
            }
        }
        return false;
    }

    /** {@return the description of a value of float32 with another name} */
    static ProtoWriter widened(ProtoReader value, String name) {
        ProtoWriter out = new ProtoWriter().string(Fields.VALUE_NAME, name);
        ProtoReader reader = value.again();
        while (reader.next()) {
            switch (reader.number()) {
                case Fields.VALUE_NAME -> {}
                case Fields.VALUE_TYPE ->
                        out.message(reader.number(), widened(reader.message("type")));
                default -> out.raw(reader.field());
            }
        }
        return out;
    }

    /** {@return the same type with float32 in place of bfloat16} */
    static ProtoWriter widened(ProtoReader type) {
        ProtoWriter out = new ProtoWriter();
        while (type.next()) {
            switch (type.number()) {
                case Fields.TYPE_TENSOR,
                        Fields.TYPE_SPARSE_TENSOR,
                        Fields.TYPE_SEQUENCE,
                        Fields.TYPE_OPTIONAL ->
                        out.message(type.number(), element(type.number(), type.message("of")));
                default -> out.raw(type.field());
            }
        }
        return out;
    }

    private static ProtoWriter element(int kind, ProtoReader of) {
        boolean isTensor = kind == Fields.TYPE_TENSOR || kind == Fields.TYPE_SPARSE_TENSOR;
        ProtoWriter out = new ProtoWriter();
        while (of.next()) {
            if (of.number() != Fields.TENSOR_TYPE_ELEMENT) {
                out.raw(of.field());
            } else if (!isTensor) {
                out.message(of.number(), widened(of.message("elem_type")));
            } else {
                out.varint(of.number(), widened(of.varintValue()));
            }
        }
        return out;
    }

    /** {@return float32 in place of bfloat16, any other element type as it is} */
    static long widened(long elementType) {
        return elementType == NUMBER ? WIDE : elementType;
    }
}

package dev.glia.neff;

import java.util.Set;

/** The first fields of a protobuf message, as far as they tell ONNX from TensorFlow. */
final class ModelFields {
    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int VERSION = 1;
    private static final int META_GRAPH = 2;
    private static final int GRAPH = 7;
    private static final int OPSET = 8;

    /** Producer, its version, domain and documentation. */
    private static final Set<Integer> TEXTS = Set.of(2, 3, 4, 6);

    /** The version of the model. */
    private static final int MODEL_VERSION = 5;

    private static final int LARGEST_VERSION = 1000;

    private final byte[] bytes;
    private int at;

    ModelFields(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The kind, or null. Both begin with a version, which both call field 1. */
    FileKind kind() {
        if (varint() != (VERSION << 3 | VARINT)) {
            return null;
        }
        long version = varint();
        if (version < 1 || version > LARGEST_VERSION) {
            return null;
        }
        while (at < bytes.length) {
            long tag = varint();
            int field = (int) (tag >>> 3);
            long value = varint();
            if ((tag & 7) == VARINT && field == MODEL_VERSION) {
                continue;
            }
            if ((tag & 7) != BYTES || value < 0) {
                return null;
            }
            if (field == GRAPH || field == OPSET) {
                return FileKind.ONNX;
            }
            if (!TEXTS.contains(field) || !isPrintable(value)) {
                return field == META_GRAPH && version == 1 ? FileKind.SAVED_MODEL : null;
            }
            if (value > bytes.length - at) {
                return FileKind.ONNX; // A long documentation.
            }
            at += (int) value;
        }
        return null;
    }

    private boolean isPrintable(long length) {
        for (int i = at; i < Math.min(bytes.length - at, length) + at; i++) {
            if (bytes[i] >= 0 && bytes[i] < ' ' && !Character.isWhitespace(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    /** A number, or -1 when it is cut off or too long. */
    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE && at < bytes.length; shift += 7) {
            byte next = bytes[at++];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        return -1;
    }
}

package dev.glia.engine.onnx.internal.flat;

import java.nio.ByteBuffer;
import java.util.List;

/** A value in a FlatBuffer. */
sealed interface Flat {

    /**
     * A number, or a structure of numbers, that lies in its table itself.
     *
     * @param bytes its little-endian bytes
     */
    record Scalar(ByteBuffer bytes) implements Flat {}

    /**
     * A text.
     *
     * @param bytes its UTF-8 bytes
     */
    record Text(ByteBuffer bytes) implements Flat, Comparable<Text> {
        @Override
        public int compareTo(Text other) {
            return bytes.compareTo(other.bytes);
        }
    }

    /**
     * Numbers, or structures of numbers, one behind the other.
     *
     * @param bytes their little-endian bytes
     * @param stride the bytes of each
     */
    record Scalars(ByteBuffer bytes, int stride) implements Flat {}

    /**
     * The data of a large constant, which lies behind all else.
     *
     * @param offset where its data begins there; its length is in the four bytes before
     */
    record Weight(long offset) implements Flat {}

    /**
     * A table.
     *
     * @param fields its fields, {@code null} where one is absent
     */
    record Table(List<Flat> fields) implements Flat {
        /** The text in a field, which names the table. */
        Text text(int field) {
            return (Text) fields.get(field);
        }
    }

    /**
     * Tables or texts.
     *
     * @param elements each of them
     */
    record Vector(List<? extends Flat> elements) implements Flat {}
}

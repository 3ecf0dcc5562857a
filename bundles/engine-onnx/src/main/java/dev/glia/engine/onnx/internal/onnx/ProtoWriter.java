package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes one protobuf message. Large values are kept by reference until {@link #toByteArray()}. */
public final class ProtoWriter {
    private static final int BY_REFERENCE = 4096;

    private final List<ByteBuffer> parts = new ArrayList<>();
    private byte[] tail = new byte[64];
    private int tailLength;
    private long length;

    /** Writes an integer field. */
    public ProtoWriter varint(int number, long value) {
        rawVarint((long) number << 3);
        rawVarint(value);
        return this;
    }

    /** Writes a {@code float} field. */
    public ProtoWriter float32(int number, float value) {
        rawVarint((long) number << 3 | 5);
        int bits = Float.floatToRawIntBits(value);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            rawByte(bits >>> shift);
        }
        return this;
    }

    /** Writes a string field. */
    public ProtoWriter string(int number, String value) {
        return bytes(number, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** Writes a bytes field; the content must not change any more. */
    public ProtoWriter bytes(int number, ByteBuffer value) {
        rawVarint((long) number << 3 | 2);
        rawVarint(value.remaining());
        return raw(value);
    }

    /** Writes a message field; the message must not change any more. */
    public ProtoWriter message(int number, ProtoWriter value) {
        rawVarint((long) number << 3 | 2);
        rawVarint(value.length);
        value.flush();
        value.parts.forEach(this::raw);
        return this;
    }

    /** Adds the fields of a message, from where its reader is, but not those of a number. */
    public ProtoWriter fields(ProtoReader message, int without) {
        while (message.next()) {
            if (message.number() != without) {
                raw(message.field());
            }
        }
        return this;
    }

    /** Takes over whole fields as they are; they must not change any more. */
    public ProtoWriter raw(ByteBuffer fields) {
        length += fields.remaining();
        if (fields.remaining() >= BY_REFERENCE) {
            flush();
            parts.add(fields.duplicate());
        } else {
            ensure(fields.remaining());
            int count = fields.remaining();
            fields.get(fields.position(), tail, tailLength, count);
            tailLength += count;
        }
        return this;
    }

    /**
     * {@return the message}
     *
     * @throws NrtException NRT_INVALID when it is larger than protobuf allows
     */
    public byte[] toByteArray() {
        if (length > Integer.MAX_VALUE - Long.BYTES) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "the model has "
                            + length
                            + " bytes with its weights, but ONNX files end at 2 GiB; split the model");
        }
        flush();
        ByteBuffer whole = ByteBuffer.allocate((int) length);
        parts.forEach(part -> whole.put(part.duplicate()));
        return whole.array();
    }

    private void flush() {
        if (tailLength > 0) {
            parts.add(ByteBuffer.wrap(tail, 0, tailLength).slice());
            tail = new byte[64];
            tailLength = 0;
        }
    }

    private void rawVarint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            rawByte((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        rawByte((int) rest);
    }

    private void rawByte(int value) {
        ensure(1);
        tail[tailLength++] = (byte) value;
        length++;
    }

    private void ensure(int more) {
        if (tailLength + more > tail.length) {
            tail = java.util.Arrays.copyOf(tail, Math.max(tail.length * 2, tailLength + more));
        }
    }
}

package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the fields of one protobuf message, one after the other, out of bytes that nobody vouches
 * for. It copies nothing but strings, never goes beyond the message, and names the place of what it
 * refuses.
 *
 * <p>Use: {@code while (reader.next()) switch (reader.number()) ...}; a field whose value is not
 * asked for is skipped.
 */
public final class ProtoReader {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int LENGTH = 2;
    static final int FIXED32 = 5;
    private static final int MAX_VARINT_BYTES = 10;

    /** Deeper than any graph that ONNX Runtime accepts; keeps hostile nesting off the stack. */
    private static final int MAX_DEPTH = 64;

    /** Deeper places are told by their byte alone. */
    private static final int LONG_PLACE = 120;

    private final ByteBuffer data;
    private final int start;
    private final int end;
    private final String place;
    private final int depth;

    private int position;
    private int fieldStart;
    private int number;
    private int wire;
    private long scalar;
    private int valueStart;
    private int valueEnd;

    private ProtoReader(ByteBuffer data, int start, int end, String place, int depth) {
        this.data = data;
        this.start = start;
        this.position = start;
        this.end = end;
        this.place = place;
        this.depth = depth;
    }

    /**
     * Starts at the outermost message.
     *
     * @param data the message
     * @param place what it is, for messages to people
     */
    public static ProtoReader of(byte[] data, String place) {
        return of(ByteBuffer.wrap(data), place);
    }

    /**
     * Starts at the outermost message.
     *
     * @param data the message, from 0 to the limit
     * @param place what it is, for messages to people
     */
    public static ProtoReader of(ByteBuffer data, String place) {
        return new ProtoReader(data, 0, data.limit(), place, 0);
    }

    /**
     * Goes to the next field.
     *
     * @return false at the end of the message
     * @throws NrtException NRT_INVALID when the message is damaged
     */
    public boolean next() {
        if (position == end) {
            return false;
        }
        fieldStart = position;
        long tag = varint();
        long field = tag >>> 3;
        if (field == 0 || field > 0x1fff_ffffL) {
            throw damaged("field number " + field);
        }
        number = (int) field;
        wire = (int) tag & 7;
        valueStart = position;
        switch (wire) {
            case VARINT -> scalar = varint();
            case FIXED64 -> skip(Long.BYTES);
            case FIXED32 -> skip(Integer.BYTES);
            case LENGTH -> {
                long length = varint();
                valueStart = position;
                skip(length);
            }
            default -> throw damaged("wire type " + wire);
        }
        valueEnd = position;
        return true;
    }

    /** {@return the number of the field} */
    public int number() {
        return number;
    }

    /** {@return how the value of the field is written} */
    int wire() {
        return wire;
    }

    /** {@return the value of an integer field} */
    public long varintValue() {
        expect(VARINT);
        return scalar;
    }

    /** {@return the text of a string field} */
    public String string() {
        expect(LENGTH);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(data.slice(valueStart, valueEnd - valueStart))
                    .toString();
        } catch (CharacterCodingException damaged) {
            throw damaged("text that is not UTF-8");
        }
    }

    /** {@return a reader of a message field} */
    public ProtoReader message(String name) {
        expect(LENGTH);
        if (depth == MAX_DEPTH) {
            throw damaged("messages nested deeper than " + MAX_DEPTH);
        }
        String inner = place.length() < LONG_PLACE ? place + "." + name : place;
        return new ProtoReader(data, valueStart, valueEnd, inner, depth + 1);
    }

    /** {@return this reader at the next field of a number, empty when there is none} */
    public Optional<ProtoReader> find(int field) {
        while (next()) {
            if (number == field) {
                return Optional.of(this);
            }
        }
        return Optional.empty();
    }

    /** {@return the last text of a field in the rest of this message, empty when it has none} */
    public String text(int field) {
        String text = "";
        while (next()) {
            if (number == field) {
                text = string();
            }
        }
        return text;
    }

    /** {@return a reader of this message from its beginning} */
    public ProtoReader again() {
        return new ProtoReader(data, start, end, place, depth);
    }

    /** {@return this whole message, without a copy} */
    public ByteBuffer content() {
        return data.slice(start, end - start);
    }

    /** {@return the value of a message, string or bytes field, without a copy} */
    public ByteBuffer bytes() {
        expect(LENGTH);
        return data.slice(valueStart, valueEnd - valueStart);
    }

    /** {@return the whole field, tag included, without a copy} */
    public ByteBuffer field() {
        return data.slice(fieldStart, position - fieldStart);
    }

    /**
     * {@return a repeated integer field, which may come packed or one by one}
     *
     * @param most how many are accepted; no memory is taken for more
     */
    public long[] varints(int most) {
        if (wire == VARINT) {
            return new long[] {scalar};
        }
        expect(LENGTH);
        int count = 0;
        for (int i = valueStart; i < valueEnd; i++) {
            if (data.get(i) >= 0 && ++count > most) {
                throw damaged("more than " + most + " numbers in field " + number);
            }
        }
        ProtoReader packed = new ProtoReader(data, valueStart, valueEnd, place, depth);
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = packed.varint();
        }
        if (packed.position != valueEnd) {
            throw damaged("a number without an end");
        }
        return values;
    }

    /** {@return the refusal of what was found at the current field} */
    public NrtException damaged(String what) {
        return new NrtException(
                NrtStatus.NRT_INVALID,
                place + " is damaged: " + what + " at byte " + fieldStart + " of the file");
    }

    /** {@return where this message is, such as {@code model.onnx.graph.node}} */
    public String place() {
        return place;
    }

    private void expect(int expected) {
        if (wire != expected) {
            throw damaged("wire type " + wire + " instead of " + expected + " in field " + number);
        }
    }

    private long varint() {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            if (position == end) {
                throw damaged("the end within a number");
            }
            byte next = data.get(position++);
            value |= (next & 0x7fL) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw damaged("a number of more than " + MAX_VARINT_BYTES + " bytes");
    }

    private void skip(long length) {
        if (length < 0 || length > end - position) {
            throw damaged(
                    "field "
                            + number
                            + " of "
                            + Long.toUnsignedString(length)
                            + " bytes where "
                            + (end - position)
                            + " are left,");
        }
        position += (int) length;
    }
}

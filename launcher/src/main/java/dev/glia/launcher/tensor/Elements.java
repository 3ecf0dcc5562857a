package dev.glia.launcher.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.runtime.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;

/** Single elements of a tensor, little-endian and at any alignment. */
public final class Elements {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Elements() {}

    /**
     * {@return whether the type has a fraction}
     *
     * @param type an element type
     */
    public static boolean isFloat(DType type) {
        return switch (type) {
            case FLOAT32, FLOAT32R, FLOAT16, BFLOAT16, FLOAT8E3, FLOAT8E4, FLOAT8E5 -> true;
            case BOOL, UINT64, INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64 -> false;
        };
    }

    /**
     * Reads an element as the number it means.
     *
     * @param type the element type
     * @param data the tensor
     * @param index the element
     * @return a {@link Float}, {@link Integer}, {@link Long}, or {@link BigInteger} for large
     *     unsigned numbers
     */
    public static Number get(DType type, MemorySegment data, long index) {
        long bits = bits(type.bytes(), data, index);
        return switch (type) {
            case FLOAT32, FLOAT32R -> Float.intBitsToFloat((int) bits);
            case FLOAT16 -> Float.float16ToFloat((short) bits);
            case BFLOAT16 -> Float.intBitsToFloat((int) bits << 16);
            case FLOAT8E3 -> float8((int) bits, 3);
            case FLOAT8E4 -> float8((int) bits, 4);
            case FLOAT8E5 -> float8((int) bits, 5);
            case BOOL -> bits == 0 ? 0 : 1;
            case INT8 -> (int) (byte) bits;
            case INT16 -> (int) (short) bits;
            case INT32 -> (int) bits;
            case UINT8, UINT16 -> (int) bits;
            case UINT32, INT64 -> bits;
            case UINT64 -> bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
        };
    }

    /**
     * Writes a number as the nearest element.
     *
     * @param type the element type, not one of the 8-bit floating point types
     * @param data the tensor
     * @param index the element
     * @param value the number, within the range of the type
     */
    public static void put(DType type, MemorySegment data, long index, float value) {
        long bits =
                switch (type) {
                    case FLOAT32, FLOAT32R -> Float.floatToRawIntBits(value);
                    case FLOAT16 -> Float.floatToFloat16(value);
                    case BFLOAT16 -> {
                        int whole = Float.floatToRawIntBits(value);
                        yield (whole + 0x7fff + (whole >>> 16 & 1)) >>> 16;
                    }
                    case FLOAT8E3, FLOAT8E4, FLOAT8E5 ->
                            throw new IllegalArgumentException(type.label());
                    case BOOL -> value == 0 ? 0 : 1;
                    default -> Math.round(value);
                };
        put(type.bytes(), data, index, bits);
    }

    /** The bits of an element, not extended by its sign. */
    static long bits(int bytes, MemorySegment data, long index) {
        return switch (bytes) {
            case 1 -> data.get(JAVA_BYTE, index) & 0xffL;
            case 2 -> data.get(SHORT, 2 * index) & 0xffffL;
            case 4 -> data.get(INT, 4 * index) & 0xffffffffL;
            default -> data.get(LONG, 8 * index);
        };
    }

    static void put(int bytes, MemorySegment data, long index, long bits) {
        switch (bytes) {
            case 1 -> data.set(JAVA_BYTE, index, (byte) bits);
            case 2 -> data.set(SHORT, 2 * index, (short) bits);
            case 4 -> data.set(INT, 4 * index, (int) bits);
            default -> data.set(LONG, 8 * index, bits);
        }
    }

    /**
     * An 8-bit floating point number with the usual bias; the highest exponent is an ordinary one
     * unless E5.
     */
    private static float float8(int bits, int exponentBits) {
        int mantissaBits = 7 - exponentBits;
        int bias = (1 << exponentBits - 1) - 1;
        int exponent = bits >>> mantissaBits & (1 << exponentBits) - 1;
        int mantissa = bits & (1 << mantissaBits) - 1;
        float sign = (bits & 0x80) == 0 ? 1 : -1;
        boolean last = exponent == (1 << exponentBits) - 1;
        if (last && (exponentBits == 5 || mantissa == (1 << mantissaBits) - 1)) {
            return exponentBits == 5 && mantissa == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
        }
        return exponent == 0
                ? sign * Math.scalb((float) mantissa, 1 - bias - mantissaBits)
                : sign
                        * Math.scalb(
                                (float) (mantissa + (1 << mantissaBits)),
                                exponent - bias - mantissaBits);
    }
}

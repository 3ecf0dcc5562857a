package dev.glia.runtime.internal;

import dev.glia.runtime.DType;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The elements of tensors: made up, compared and shown. */
final class Elements {

    private static final RandomGeneratorFactory<RandomGenerator> RANDOM =
            RandomGeneratorFactory.of("SplittableRandom");
    private static final long SEED = 20;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Elements() {}

    /**
     * Fills a tensor with values that any model takes: fractions from -1 to 1, whole numbers 1 and
     * 2, Booleans that are true. No zeros, by which a model may divide.
     */
    static void fill(TensorInfo tensor, MemorySegment target) {
        RandomGenerator random = RANDOM.create(SEED);
        for (long i = 0; i < tensor.elements(); i++) {
            set(tensor.dtype(), target, i, madeUp(tensor.dtype(), random));
        }
    }

    private static long madeUp(DType type, RandomGenerator random) {
        float fraction = random.nextFloat(-1, 1);
        return switch (type) {
            case FLOAT32, FLOAT32R -> Float.floatToRawIntBits(fraction);
            case BFLOAT16 -> Float.floatToRawIntBits(fraction) >>> 16;
            case FLOAT16 -> Float.floatToFloat16(fraction);
            case FLOAT8E3, FLOAT8E4, FLOAT8E5 ->
                    random.nextInt(1, 0x30) | (fraction < 0 ? 0x80 : 0);
            case UINT8, BOOL -> 1;
            default -> fraction < 0 ? 1 : 2;
        };
    }

    /** Fills a tensor with what differs from another one everywhere. */
    static void invert(MemorySegment other, MemorySegment target) {
        for (long i = 0; i < other.byteSize(); i++) {
            target.set(ValueLayout.JAVA_BYTE, i, (byte) ~other.get(ValueLayout.JAVA_BYTE, i));
        }
    }

    /** {@return the first element in which two tensors differ, -1 for none; all NaN are equal} */
    static long mismatch(DType type, MemorySegment one, MemorySegment other) {
        long at = one.mismatch(other);
        if (at < 0) {
            return -1;
        }
        long count = one.byteSize() / type.bytes();
        for (long i = at / type.bytes(); i < count; i++) {
            long a = get(type, one, i);
            long b = get(type, other, i);
            if (a != b && !(isNan(type, a) && isNan(type, b))) {
                return i;
            }
        }
        return -1;
    }

    /** {@return where the first NaN of some tensors is, such as {@code y at [0, 3]}} */
    static Optional<String> firstNan(List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            TensorInfo info = tensor.info();
            long count = info.elements();
            for (long i = 0; i < count; i++) {
                if (isNan(info.dtype(), get(info.dtype(), tensor.segment(), i))) {
                    return Optional.of(info.name() + " at " + info.place(i));
                }
            }
        }
        return Optional.empty();
    }

    /** {@return an element, as its value where Java has one, and as its bits} */
    static String text(DType type, MemorySegment tensor, long index) {
        long bits = get(type, tensor, index);
        String digits = "0x%0" + 2 * type.bytes() + "x";
        return switch (type) {
            case FLOAT32, FLOAT32R ->
                    Float.intBitsToFloat((int) bits) + " " + digits.formatted(bits);
            case BFLOAT16 -> Float.intBitsToFloat((int) bits << 16) + " " + digits.formatted(bits);
            case FLOAT16 -> Float.float16ToFloat((short) bits) + " " + digits.formatted(bits);
            case FLOAT8E3, FLOAT8E4, FLOAT8E5 -> digits.formatted(bits);
            case INT8 -> String.valueOf((byte) bits);
            case INT16 -> String.valueOf((short) bits);
            case INT32 -> String.valueOf((int) bits);
            case UINT64 -> Long.toUnsignedString(bits);
            default -> String.valueOf(bits);
        };
    }

    private static boolean isNan(DType type, long bits) {
        return switch (type) {
            case FLOAT32, FLOAT32R -> Float.isNaN(Float.intBitsToFloat((int) bits));
            case BFLOAT16 -> (bits & 0x7fff) > 0x7f80;
            case FLOAT16 -> (bits & 0x7fff) > 0x7c00;
            case FLOAT8E3, FLOAT8E4 -> (bits & 0x7f) == 0x7f;
            case FLOAT8E5 -> (bits & 0x7f) > 0x7c;
            default -> false;
        };
    }

    /** The bits of an element; nothing above them. */
    private static long get(DType type, MemorySegment tensor, long index) {
        return switch (type.bytes()) {
            case 1 -> tensor.get(ValueLayout.JAVA_BYTE, index) & 0xffL;
            case 2 -> tensor.getAtIndex(SHORT, index) & 0xffffL;
            case 4 -> tensor.getAtIndex(INT, index) & 0xffff_ffffL;
            default -> tensor.getAtIndex(LONG, index);
        };
    }

    private static void set(DType type, MemorySegment tensor, long index, long bits) {
        switch (type.bytes()) {
            case 1 -> tensor.set(ValueLayout.JAVA_BYTE, index, (byte) bits);
            case 2 -> tensor.setAtIndex(SHORT, index, (short) bits);
            case 4 -> tensor.setAtIndex(INT, index, (int) bits);
            default -> tensor.setAtIndex(LONG, index, bits);
        }
    }
}

package dev.glia.engine.onnx.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * What trial runs put into inputs: values that differ, so that shapes that depend on them do too.
 */
enum TrialValues {
    ZEROS("zeros") {
        @Override
        float value(int input, long element, SplittableRandom random, boolean whole) {
            return 0;
        }
    },
    ONES("ones") {
        @Override
        float value(int input, long element, SplittableRandom random, boolean whole) {
            return 1;
        }
    },
    /** As {@code glia run} fills inputs that nobody gives. */
    RANDOM("random values") {
        @Override
        float value(int input, long element, SplittableRandom random, boolean whole) {
            return whole ? random.nextInt(2) : random.nextInt(1 << 24) * 0x1p-24f;
        }
    },
    /**
     * Bounds of ranges, in the order of the inputs, and sizes that are hardly those of a tensor.
     */
    RISING("1, 4, 7 ...") {
        @Override
        float value(int input, long element, SplittableRandom random, boolean whole) {
            long rising = (input + element) * 3 % Byte.MAX_VALUE + 1;
            return whole || element % 2 == 0 ? rising : -rising;
        }
    },
    /** Boxes that all are one, and a shape that is larger in front. */
    ALIKE("0, 0, 1, 1 ...") {
        @Override
        float value(int input, long element, SplittableRandom random, boolean whole) {
            return whole ? (element == 0 ? 2 : 1) : element % 4 / 2;
        }
    };

    private final String label;

    TrialValues(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    abstract float value(int input, long element, SplittableRandom random, boolean whole);

    /**
     * Fills the memory of an input.
     *
     * @param index the place of the input among all of them
     */
    void fill(int index, TensorInfo input, MemorySegment memory) {
        if (this == ZEROS) {
            return; // as memory begins
        }
        DType type = input.dtype();
        SplittableRandom random = new SplittableRandom(1 + input.name().hashCode());
        for (long i = 0; i < input.elements(); i++) {
            long bits = bits(type, value(index, i, random, isWhole(type)));
            for (int b = 0; b < type.bytes(); b++) {
                memory.set(JAVA_BYTE, i * type.bytes() + b, (byte) (bits >>> b * Byte.SIZE));
            }
        }
    }

    private static boolean isWhole(DType type) {
        return switch (type) {
            case FLOAT32, FLOAT32R, FLOAT16, BFLOAT16, FLOAT8E3, FLOAT8E4, FLOAT8E5 -> false;
            default -> true;
        };
    }

    /** Numbers of 8 bits have too few of them to count: their highest digits have to do. */
    private static long bits(DType type, float value) {
        return switch (type) {
            case FLOAT32, FLOAT32R -> Float.floatToRawIntBits(value);
            case FLOAT16 -> Float.floatToFloat16(value);
            case BFLOAT16 -> Float.floatToRawIntBits(value) >>> Short.SIZE;
            case FLOAT8E5 -> Float.floatToFloat16(value) >>> Byte.SIZE;
            case FLOAT8E4, FLOAT8E3 -> value == 0 ? 0 : 0x38 | (value < 0 ? 0x80 : 0);
            default -> (long) value;
        };
    }
}

package dev.glia.engine.onnx.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.glia.runtime.DType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for NaN in floating-point tensors. A number is NaN when its bits without the sign are
 * greater than those of infinity, or of the greatest number where there is no infinity. So the
 * greatest of them tells; a loop over blocks that only takes maxima compiles to vector code. Bytes
 * are taken eight at a time: what is added to each carries into its highest bit if it is NaN.
 */
final class NanScan {
    private static final int FLOAT32_INFINITY = 0x7f80_0000;
    private static final int FLOAT16_INFINITY = 0x7c00;
    private static final int BFLOAT16_INFINITY = 0x7f80;
    private static final int FLOAT8E5_INFINITY = 0x7c;
    private static final int FLOAT8_GREATEST = 0x7e;
    private static final long LOW_BITS = 0x7f7f_7f7f_7f7f_7f7fL;
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final int BLOCK_BYTES = 1 << 14;

    private record Part(MemorySegment memory, int width, int infinity) {
        boolean found(long at, int length) {
            return switch (width) {
                case Integer.BYTES -> greatestInt(memory, at, length) > infinity;
                case Short.BYTES -> greatestShort(memory, at, length) > infinity;
                default -> anyByte(memory, at, length, infinity);
            };
        }
    }

    private final List<Part> parts = new ArrayList<>();

    /** Adds a tensor; those that cannot hold NaN are left out. */
    void add(DType dtype, MemorySegment memory) {
        switch (dtype) {
            case FLOAT32, FLOAT32R -> parts.add(new Part(memory, Integer.BYTES, FLOAT32_INFINITY));
            case FLOAT16 -> parts.add(new Part(memory, Short.BYTES, FLOAT16_INFINITY));
            case BFLOAT16 -> parts.add(new Part(memory, Short.BYTES, BFLOAT16_INFINITY));
            case FLOAT8E5 -> parts.add(new Part(memory, Byte.BYTES, FLOAT8E5_INFINITY));
            case FLOAT8E3, FLOAT8E4 -> parts.add(new Part(memory, Byte.BYTES, FLOAT8_GREATEST));
            default -> {}
        }
    }

    /** {@return whether a tensor holds NaN} */
    boolean found() {
        // An index instead of an iterator: this is on the way of every request.
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            long bytes = part.memory().byteSize();
            for (long at = 0; at < bytes; at += BLOCK_BYTES) {
                int length = (int) Math.min(BLOCK_BYTES, bytes - at);
                if (part.found(at, length)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int greatestInt(MemorySegment memory, long at, int length) {
        int greatest = 0;
        for (int i = 0; i < length; i += Integer.BYTES) {
            greatest =
                    Math.max(greatest, memory.get(JAVA_INT_UNALIGNED, at + i) & Integer.MAX_VALUE);
        }
        return greatest;
    }

    private static int greatestShort(MemorySegment memory, long at, int length) {
        int greatest = 0;
        for (int i = 0; i < length; i += Short.BYTES) {
            greatest =
                    Math.max(greatest, memory.get(JAVA_SHORT_UNALIGNED, at + i) & Short.MAX_VALUE);
        }
        return greatest;
    }

    private static boolean anyByte(MemorySegment memory, long at, int length, int infinity) {
        long add = EACH_BYTE * (Byte.MAX_VALUE - infinity);
        int words = length & -Long.BYTES;
        long carried = 0;
        for (int i = 0; i < words; i += Long.BYTES) {
            carried |= (memory.get(JAVA_LONG_UNALIGNED, at + i) & LOW_BITS) + add;
        }
        for (int i = words; i < length; i++) {
            carried |= (memory.get(JAVA_BYTE, at + i) & Byte.MAX_VALUE) + add;
        }
        return (carried & ~LOW_BITS) != 0;
    }
}

package dev.glia.engine.onnx.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.glia.runtime.DType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for NaN in floating-point tensors. A number is NaN when its bits without the sign are
 * greater than those of infinity, so the greatest of them tells; a loop over blocks that only takes
 * maxima compiles to vector code.
 */
final class NanScan {
    private static final int FLOAT32_INFINITY = 0x7f80_0000;
    private static final int FLOAT16_INFINITY = 0x7c00;
    private static final int BFLOAT16_INFINITY = 0x7f80;
    private static final int BLOCK_BYTES = 1 << 14;

    private record Part(MemorySegment memory, int width, int infinity) {}

    private final List<Part> parts = new ArrayList<>();

    /** Adds a tensor; those that cannot hold NaN are left out. */
    void add(DType dtype, MemorySegment memory) {
        switch (dtype) {
            case FLOAT32, FLOAT32R -> parts.add(new Part(memory, Integer.BYTES, FLOAT32_INFINITY));
            case FLOAT16 -> parts.add(new Part(memory, Short.BYTES, FLOAT16_INFINITY));
            case BFLOAT16 -> parts.add(new Part(memory, Short.BYTES, BFLOAT16_INFINITY));
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
                int greatest =
                        part.width() == Integer.BYTES
                                ? greatestInt(part.memory(), at, length)
                                : greatestShort(part.memory(), at, length);
                if (greatest > part.infinity()) {
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
}

package dev.glia.engine.onnx.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.glia.runtime.DType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for NaN in floating-point tensors. A number is NaN when its bits without the sign are
 * greater than those of infinity, or of the greatest number where there is no infinity. So to each
 * is added what makes NaN, and nothing less, carry into the place of the sign; a loop that does
 * this to all numbers of a word at once, without branches, compiles to vector code.
 */
final class NanScan {
    private static final int BLOCK_BYTES = 1 << 14;

    /**
     * A tensor.
     *
     * @param numbers the bits of a word that are no sign
     * @param carry what is added to a word
     */
    private record Part(MemorySegment memory, long numbers, long carry) {

        /** For numbers of some bits, of which the greatest that is no NaN is given. */
        static Part of(MemorySegment memory, int bits, long greatest) {
            long each = Long.divideUnsigned(-1, (1L << bits) - 1); // a 1 for each number of a word
            long number = (1L << bits - 1) - 1;
            return new Part(memory, each * number, each * (number - greatest));
        }

        boolean found(long at, int length) {
            int words = length & -Long.BYTES;
            long carried = 0;
            for (int i = 0; i < words; i += Long.BYTES) {
                carried |= (memory.get(JAVA_LONG_UNALIGNED, at + i) & numbers) + carry;
            }
            long rest = 0;
            for (int i = words; i < length; i++) {
                rest |= (memory.get(JAVA_BYTE, at + i) & 0xffL) << Byte.SIZE * (i - words);
            }
            return ((carried | (rest & numbers) + carry) & ~numbers) != 0;
        }
    }

    private final List<Part> parts = new ArrayList<>();

    /** Adds a tensor; those that cannot hold NaN are left out. */
    void add(DType dtype, MemorySegment memory) {
        switch (dtype) {
            case FLOAT32, FLOAT32R -> parts.add(Part.of(memory, Integer.SIZE, 0x7f80_0000));
            case FLOAT16 -> parts.add(Part.of(memory, Short.SIZE, 0x7c00));
            case BFLOAT16 -> parts.add(Part.of(memory, Short.SIZE, 0x7f80));
            case FLOAT8E5 -> parts.add(Part.of(memory, Byte.SIZE, 0x7c));
            case FLOAT8E3, FLOAT8E4 -> parts.add(Part.of(memory, Byte.SIZE, 0x7e));
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
                if (part.found(at, (int) Math.min(BLOCK_BYTES, bytes - at))) {
                    return true;
                }
            }
        }
        return false;
    }
}

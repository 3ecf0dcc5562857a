package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The Boolean inputs of a run. ONNX Runtime computes wrongly with bytes other than 0 and 1, so it
 * gets copies that have no others. The memory of the caller stays as it is: it may be read-only,
 * and others may write to it while the model runs.
 */
final class Booleans {
    private static final long LOW_BITS = 0x7f7f_7f7f_7f7f_7f7fL;
    private static final int BLOCK_BYTES = 1 << 14;

    private record Input(MemorySegment given, MemorySegment copy) {}

    private final List<Input> inputs = new ArrayList<>();

    /** {@return the memory to run on instead of this} */
    MemorySegment add(MemorySegment given, Arena arena) {
        Input input = new Input(given, arena.allocate(given.byteSize(), Long.BYTES));
        inputs.add(input);
        return input.copy();
    }

    /** Copies what the inputs are now. */
    void copy() {
        // An index instead of an iterator: this is on the way of every request.
        for (int i = 0; i < inputs.size(); i++) {
            MemorySegment copy = inputs.get(i).copy().copyFrom(inputs.get(i).given());
            for (long at = 0; at < copy.byteSize(); at += BLOCK_BYTES) {
                clean(copy, at, (int) Math.min(BLOCK_BYTES, copy.byteSize() - at));
            }
        }
    }

    /** In place, eight bytes at a time and without branches, so that it compiles to vector code. */
    private static void clean(MemorySegment copy, long at, int length) {
        int words = length & -Long.BYTES;
        for (int i = 0; i < words; i += Long.BYTES) {
            long bytes = copy.get(JAVA_LONG_UNALIGNED, at + i);
            // The highest bit of each byte: set by the addition, or there before.
            long set = (bytes & LOW_BITS) + LOW_BITS | bytes;
            copy.set(JAVA_LONG_UNALIGNED, at + i, (set & ~LOW_BITS) >>> 7);
        }
        for (int i = words; i < length; i++) {
            copy.set(JAVA_BYTE, at + i, (byte) (copy.get(JAVA_BYTE, at + i) == 0 ? 0 : 1));
        }
    }
}

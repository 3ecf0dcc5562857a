package dev.glia.driver.tck;

import dev.glia.device.Invocation;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/** A binding of one of the kit's models, with memory around its tensors that nobody may touch. */
final class Bound {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final int GUARD = 64;
    private static final byte MARK = 0x5a;

    private final MemorySegment whole;
    private final Invocation invocation;

    Bound(Invocation invocation, MemorySegment whole) {
        this.invocation = invocation;
        this.whole = whole;
    }

    /** Memory for one binding: guard, input, guard, output, guard. */
    static MemorySegment memory() {
        long tensor = Graphs.SIZE * Float.BYTES;
        MemorySegment memory = Arena.ofAuto().allocate(3 * GUARD + 2 * tensor, GUARD);
        return memory.fill(MARK);
    }

    static MemorySegment input(MemorySegment memory) {
        return memory.asSlice(GUARD, Graphs.SIZE * Float.BYTES);
    }

    static MemorySegment output(MemorySegment memory) {
        return memory.asSlice(2 * GUARD + Graphs.SIZE * Float.BYTES, Graphs.SIZE * Float.BYTES);
    }

    Invocation invocation() {
        return invocation;
    }

    void write(float... values) {
        for (int i = 0; i < Graphs.SIZE; i++) {
            input(whole).setAtIndex(FLOAT, i, values[i]);
        }
    }

    /** Sets all elements of the input. */
    void fill(float value) {
        write(value, value, value, value);
    }

    NrtStatus run() {
        return invocation.run();
    }

    float[] input() {
        return floats(input(whole));
    }

    float[] output() {
        return floats(output(whole));
    }

    private static float[] floats(MemorySegment tensor) {
        float[] values = new float[Graphs.SIZE];
        for (int i = 0; i < Graphs.SIZE; i++) {
            values[i] = tensor.getAtIndex(FLOAT, i);
        }
        return values;
    }

    /** {@return whether nobody wrote beside the tensors} */
    boolean unharmed() {
        long tensor = Graphs.SIZE * Float.BYTES;
        return IntStream.of(0, (int) (GUARD + tensor), (int) (2 * (GUARD + tensor)))
                .allMatch(
                        from ->
                                IntStream.range(from, from + GUARD)
                                        .allMatch(
                                                at ->
                                                        whole.get(ValueLayout.JAVA_BYTE, at)
                                                                == MARK));
    }
}

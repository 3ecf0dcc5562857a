package dev.glia.engine.onnx.internal.onnx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * An order in which ONNX Runtime lays the weights of a convolution out, so that vector instructions
 * find those of neighbouring channels beside each other. Nothing is lost by it: the weights are
 * moved, and channels of zeros fill the last block up.
 *
 * @param block how many channels lie beside each other
 * @param inputs whether input channels are taken in blocks too, or output channels only
 */
public record FilterLayout(int block, boolean inputs) {
    private static final int RANK = 4;
    private static final int FLOAT = 1;

    /** The kinds of blocks that the processors of today have. */
    private static final List<FilterLayout> ALL =
            List.of(
                    new FilterLayout(16, true),
                    new FilterLayout(16, false),
                    new FilterLayout(8, true),
                    new FilterLayout(8, false));

    /** Single numbers of 32 bits, moved as they are. */
    private static final ValueLayout.OfInt ELEMENT = ValueLayout.JAVA_INT_UNALIGNED;

    /** The extents of a filter, in the order of the original. */
    private record Filter(long outputs, long inputs, long kernel) {
        static Filter of(List<Long> shape) {
            return shape.size() == 1
                    ? new Filter(shape.getFirst(), 1, 1)
                    : new Filter(
                            shape.get(0),
                            shape.get(1),
                            Math.multiplyExact(shape.get(2), shape.get(3)));
        }
    }

    /** Goes over the elements of a filter. */
    @FunctionalInterface
    private interface Move {
        void accept(long original, long laidOut);
    }

    /** {@return the layouts that ONNX Runtime may give to a constant} */
    static List<FilterLayout> of(int elementType, List<Long> shape) {
        boolean filter = shape.size() == RANK || shape.size() == 1;
        return elementType == FLOAT && filter ? ALL : List.of();
    }

    /** {@return the layout of a name} */
    static Optional<FilterLayout> named(String name) {
        return ALL.stream().filter(layout -> layout.name().equals(name)).findFirst();
    }

    /** {@return the name, in the letters that are usual for it, such as {@code OIHW16i16o}} */
    String name() {
        return inputs ? "OIHW%di%do".formatted(block, block) : "OIHW%do".formatted(block);
    }

    /**
     * {@return the bytes that a constant of a shape has in this layout}
     *
     * @throws ArithmeticException when no memory has that many
     */
    long bytes(List<Long> shape) {
        Filter filter = Filter.of(shape);
        long channels = Math.multiplyExact(filled(filter.outputs), inputs(filter));
        return Math.multiplyExact(Math.multiplyExact(channels, filter.kernel), Float.BYTES);
    }

    /** {@return the constant in this layout, as ONNX Runtime would lay it out} */
    ByteBuffer laidOut(ByteBuffer data, List<Long> shape) {
        ByteBuffer result = ByteBuffer.allocate(Math.toIntExact(bytes(shape)));
        MemorySegment from = MemorySegment.ofBuffer(data);
        MemorySegment to = MemorySegment.ofBuffer(result);
        each(Filter.of(shape), (original, laid) -> move(from, original, to, laid));
        return result;
    }

    /** Brings a constant back into its original order. */
    void restore(MemorySegment laidOut, List<Long> shape, MemorySegment into) {
        each(Filter.of(shape), (original, laid) -> move(laidOut, laid, into, original));
    }

    private static void move(MemorySegment from, long source, MemorySegment to, long target) {
        to.setAtIndex(ELEMENT, target, from.getAtIndex(ELEMENT, source));
    }

    private void each(Filter filter, Move move) {
        long original = 0;
        long step = inputs ? (long) block * block : block;
        for (long output = 0; output < filter.outputs; output++) {
            for (long input = 0; input < filter.inputs; input++) {
                long laidOut = place(filter, output, input);
                for (long at = 0; at < filter.kernel; at++) {
                    move.accept(original++, laidOut);
                    laidOut += step;
                }
            }
        }
    }

    /** Where the first element of the kernel between two channels is. */
    private long place(Filter filter, long output, long input) {
        long blocks = output / block;
        long lane = output % block;
        if (!inputs) {
            return (blocks * filter.inputs + input) * filter.kernel * block + lane;
        }
        long row = (blocks * (inputs(filter) / block) + input / block) * filter.kernel * block;
        return (row + input % block) * block + lane;
    }

    private long inputs(Filter filter) {
        return inputs ? filled(filter.inputs) : filter.inputs;
    }

    private long filled(long channels) {
        return Math.multiplyExact(Math.ceilDiv(channels, block), (long) block);
    }
}

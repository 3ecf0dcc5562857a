package dev.glia.engine.onnx.internal.onnx;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A constant of a graph whose data lies in the weights beside it.
 *
 * @param name the name of the constant
 * @param elementType the number of its ONNX element type
 * @param shape the extents
 * @param offset where its data begins
 * @param length how many bytes lie there
 * @param layout in which order they do, when it is not the constant's own
 */
public record StoredWeight(
        String name,
        int elementType,
        List<Long> shape,
        long offset,
        long length,
        Optional<FilterLayout> layout) {

    /** The member with the weights. */
    public static final String MEMBER = "weights.bin";

    /** What names the layout, beside the place of the data. */
    static final String LAYOUT = "layout";

    /** Copies. */
    public StoredWeight {
        shape = List.copyOf(shape);
    }

    /** {@return the bytes of the constant, which are not those stored when it is laid out} */
    public long bytes() {
        long bytes = elementBytes(elementType);
        for (long extent : shape) {
            bytes *= extent;
        }
        return bytes;
    }

    /** Brings the constant back into its own order. */
    public void restore(MemorySegment stored, MemorySegment into) {
        layout.orElseThrow().restore(stored, shape, into);
    }

    /** {@return the bytes of an element, or 0 for a type whose data is not stored apart} */
    static int elementBytes(long elementType) {
        return switch ((int) elementType) {
            case 2, 3, 9 -> 1;
            case 4, 5, 10, 16 -> 2;
            case 1, 6, 12 -> 4;
            case 7, 11, 13 -> 8;
            default -> 0;
        };
    }
}

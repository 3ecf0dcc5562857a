package dev.glia.engine.onnx.internal.onnx;

import java.util.List;

/**
 * A constant of a graph whose data lies in the weights beside it.
 *
 * @param name the name of the constant
 * @param elementType the number of its ONNX element type
 * @param shape the extents
 * @param offset where its data begins
 * @param length how many bytes lie there
 */
public record StoredWeight(
        String name, int elementType, List<Long> shape, long offset, long length) {

    /** The member with the weights. */
    public static final String MEMBER = "weights.bin";

    /** What earlier versions of Glia named an order by that is not the constant's own. */
    static final String LAYOUT = "layout";

    /** Copies. */
    public StoredWeight {
        shape = List.copyOf(shape);
    }

    /** {@return the bytes of an element, or 0 for a type whose data is not stored apart} */
    static int elementBytes(long elementType) {
        return switch ((int) elementType) {
            case 2, 3, 9, 17, 18, 19, 20 -> 1;
            case 4, 5, 10, 16 -> 2;
            case 1, 6, 12 -> 4;
            case 7, 11, 13 -> 8;
            default -> 0;
        };
    }
}

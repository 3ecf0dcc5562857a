package dev.glia.runtime;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What a model says of one of its tensors. Tensors are dense, row-major and little-endian.
 *
 * @param name the name, unique among the inputs or the outputs of the model
 * @param usage whether the model reads or writes it
 * @param dtype the element type
 * @param shape the extent of each dimension, outermost first; empty for a scalar
 */
public record TensorInfo(String name, Usage usage, DType dtype, List<Long> shape) {

    /**
     * Whether a model reads or writes a tensor; the numbers are those of {@code nrt_tensor_usage}.
     */
    public enum Usage {
        /** The model reads it. */
        INPUT,
        /** The model writes it. */
        OUTPUT
    }

    /**
     * Checks and copies.
     *
     * @throws NrtException NRT_INVALID when a dimension is negative or the size overflows 63 bits
     */
    public TensorInfo {
        shape = List.copyOf(shape);
        long bytes = dtype.bytes();
        for (long extent : shape) {
            if (extent < 0) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        "tensor " + name + " has a negative dimension in its shape " + shape);
            }
            try {
                bytes = Math.multiplyExact(bytes, extent);
            } catch (ArithmeticException overflow) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        "tensor " + name + " with shape " + shape + " is larger than 2^63 bytes",
                        overflow);
            }
        }
    }

    /**
     * Describes a tensor that an application makes for itself, for whatever usage.
     *
     * @param name its name
     * @param dtype the element type
     * @param shape the extent of each dimension, outermost first; none for a scalar
     * @return the description
     * @throws NrtException NRT_INVALID as the constructor
     */
    public static TensorInfo of(String name, DType dtype, long... shape) {
        return new TensorInfo(name, Usage.INPUT, dtype, LongStream.of(shape).boxed().toList());
    }

    /** {@return the number of elements} */
    public long elements() {
        return shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }

    /** {@return the size in bytes} */
    public long bytes() {
        return elements() * dtype.bytes();
    }

    /**
     * {@return the place of an element in the shape, outermost dimension first}
     *
     * @param element its number in row-major order
     */
    public List<Long> place(long element) {
        var place = new Long[shape.size()];
        for (int dimension = place.length - 1; dimension >= 0; dimension--) {
            place[dimension] = element % shape.get(dimension);
            element /= shape.get(dimension);
        }
        return List.of(place);
    }

    /**
     * {@return the type and the shape as Glia prints them, such as {@code float32 [1,3,224,224]}}
     */
    public String typeAndShape() {
        return dtype.label()
                + " "
                + shape.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }
}

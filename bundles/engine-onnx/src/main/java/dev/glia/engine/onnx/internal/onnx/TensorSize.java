package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** How many bytes a constant has by its type and shape, which its data must have too. */
final class TensorSize {
    private final List<Long> shape = new ArrayList<>();
    private String name = "";
    private ElementType type = ElementType.UNDEFINED;

    /** {@return the size of a constant} */
    static TensorSize of(ProtoReader tensor) {
        TensorSize size = new TensorSize();
        while (tensor.next()) {
            size.read(tensor);
        }
        return size;
    }

    /** Notes what the current field of a constant says of its size. */
    void read(ProtoReader tensor) {
        switch (tensor.number()) {
            case Fields.TENSOR_NAME -> name = tensor.string();
            case Fields.TENSOR_DATA_TYPE -> type = ElementType.of(tensor.varintValue());
            case Fields.TENSOR_DIMS -> {
                for (long extent : tensor.varints(StrictReading.RANK)) {
                    shape.add(extent);
                }
            }
            default -> {}
        }
    }

    String name() {
        return name;
    }

    /** {@return the bytes, -1 when the type does not tell} */
    long bytes() {
        if (type.bits() == 0) {
            return -1;
        }
        BigInteger bits = BigInteger.valueOf(type.bits());
        for (long extent : shape) {
            if (extent < 0) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        "tensor %s has the impossible shape %s".formatted(name, shape));
            }
            bits = bits.multiply(BigInteger.valueOf(extent));
        }
        BigInteger bytes = bits.add(BigInteger.valueOf(Byte.SIZE - 1)).shiftRight(3);
        return bytes.bitLength() < Long.SIZE ? bytes.longValue() : Long.MAX_VALUE;
    }

    /**
     * Compares.
     *
     * @param found the bytes that the data has
     * @param place where it is
     * @throws NrtException NRT_INVALID when type and shape take another number
     */
    void require(long found, String place) {
        long bytes = bytes();
        if (bytes >= 0 && found != bytes) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "the data of tensor %s has %s bytes in %s, but %s %s takes %s; the file is damaged, or was changed without its data"
                            .formatted(name, found, place, type.label(), shape, bytes));
        }
    }
}

package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An input that becomes a constant, from numbers that take the type of the input.
 *
 * @param input the input
 * @param values its elements in row-major order, or a single one for all
 */
record FixedValue(GraphValue input, List<Number> values) {
    /** No integer type has more; keeps numbers such as 1e999999999 from being written out. */
    private static final int DIGITS = 20;

    private static final BigInteger HUGE = BigInteger.ONE.shiftLeft(Long.SIZE + 1);

    /**
     * {@return the constant}
     *
     * @param shape the shape of the input as far as it is known: extents that are not are negative
     * @throws NrtException NRT_INVALID when the values do not fit type and shape
     */
    ProtoWriter tensor(Optional<List<Long>> shape) {
        List<Long> extents = extents(shape);
        ProtoWriter tensor = new ProtoWriter();
        extents.forEach(extent -> tensor.varint(Fields.TENSOR_DIMS, extent));
        return tensor.varint(Fields.TENSOR_DATA_TYPE, input.elementType())
                .string(Fields.TENSOR_NAME, input.name())
                .bytes(Fields.TENSOR_RAW_DATA, data(extents));
    }

    /** One extent that is not known follows from the number of values. */
    private List<Long> extents(Optional<List<Long>> shape) {
        long count = values.size();
        List<Long> extents = new ArrayList<>(shape.orElse(count == 1 ? List.of() : List.of(count)));
        int open = extents.indexOf(-1L);
        if (open >= 0) {
            long others =
                    extents.stream().filter(extent -> extent >= 0).reduce(1L, (a, b) -> a * b);
            if (open != extents.lastIndexOf(-1L) || others == 0 || count % others != 0) {
                throw refused("its shape does not follow from them; give it with --shape");
            }
            extents.set(open, count / others);
        }
        return extents;
    }

    private ByteBuffer data(List<Long> extents) {
        int width = StoredWeight.elementBytes(input.elementType());
        if (width == 0) {
            throw refused("it has the element type " + input.element().label());
        }
        try {
            long elements = 1;
            for (long extent : extents) {
                elements = Math.multiplyExact(elements, extent);
            }
            if (values.size() != 1 && values.size() != elements) {
                throw refused("its shape " + extents + " takes " + elements);
            }
            int bytes = Math.toIntExact(Math.multiplyExact(elements, width));
            ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < elements; i++) {
                put(data, values.get(values.size() == 1 ? 0 : i));
            }
            return data.flip();
        } catch (ArithmeticException tooLarge) {
            throw refused("its shape " + extents + " takes more than 2 GiB");
        }
    }

    private void put(ByteBuffer data, Number value) {
        switch (input.element()) {
            case FLOAT -> data.putFloat(finite(value, value.floatValue()));
            case DOUBLE -> data.putDouble(value.doubleValue());
            case FLOAT16 -> {
                short half = Float.floatToFloat16(value.floatValue());
                finite(value, Float.float16ToFloat(half));
                data.putShort(half);
            }
            case BFLOAT16 -> {
                int bits = Float.floatToRawIntBits(finite(value, value.floatValue()));
                data.putShort((short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16));
            }
            case BOOL -> data.put((byte) whole(value, 1, false));
            case INT8 -> data.put((byte) whole(value, 7, true));
            case UINT8 -> data.put((byte) whole(value, 8, false));
            case INT16 -> data.putShort((short) whole(value, 15, true));
            case UINT16 -> data.putShort((short) whole(value, 16, false));
            case INT32 -> data.putInt((int) whole(value, 31, true));
            case UINT32 -> data.putInt((int) whole(value, 32, false));
            case INT64 -> data.putLong(whole(value, 63, true));
            case UINT64 -> data.putLong(whole(value, 64, false));
            default -> throw refused("it has the element type " + input.element().label());
        }
    }

    /** A finite number must not become infinite. */
    private float finite(Number value, float stored) {
        if (Float.isInfinite(stored) && Double.isFinite(value.doubleValue())) {
            throw refused(value + " is too large for " + input.element().label());
        }
        return stored;
    }

    private long whole(Number value, int bits, boolean signed) {
        try {
            BigDecimal exact = new BigDecimal(value.toString());
            BigInteger whole =
                    exact.precision() - exact.scale() > DIGITS ? HUGE : exact.toBigIntegerExact();
            if (whole.bitLength() <= bits && (signed || whole.signum() >= 0)) {
                return whole.longValue();
            }
        } catch (ArithmeticException | NumberFormatException fraction) {
            // Told below together with those that are too large.
        }
        throw refused(value + " is no " + input.element().label());
    }

    private NrtException refused(String why) {
        String shown = values.size() <= 4 ? values.toString() : values.size() + " values";
        return new NrtException(
                NrtStatus.NRT_INVALID,
                "input %s cannot be fixed to %s: %s".formatted(input.shown(), shown, why));
    }
}

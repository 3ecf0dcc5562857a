package dev.glia.runtime;

import java.util.Locale;
import java.util.Optional;

/**
 * The element types of tensors, with the numbers of {@code nrt_dtype} in the public header {@code
 * nrt.h}. Types are added over time: a {@code switch} over them needs a {@code default}.
 */
public enum DType {
    /** Unsigned 64-bit integer. */
    UINT64(1, 8),
    /** Signed 8-bit integer. */
    INT8(2, 1),
    /** Unsigned 8-bit integer. */
    UINT8(3, 1),
    /** Signed 16-bit integer. */
    INT16(4, 2),
    /** Unsigned 16-bit integer. */
    UINT16(5, 2),
    /** Brain floating point, 8 exponent bits. */
    BFLOAT16(6, 2),
    /** IEEE 754 half precision. */
    FLOAT16(7, 2),
    /** Signed 32-bit integer. */
    INT32(8, 4),
    /** Unsigned 32-bit integer. */
    UINT32(9, 4),
    /** IEEE 754 single precision. */
    FLOAT32(0xA, 4),
    /** Single precision as Neuron rounds it in matrix products. */
    FLOAT32R(0xB, 4),
    /** Signed 64-bit integer. */
    INT64(0xC, 8),
    /** 8-bit floating point, 3 exponent bits. */
    FLOAT8E3(0xD, 1),
    /** 8-bit floating point, 4 exponent bits. */
    FLOAT8E4(0xE, 1),
    /** 8-bit floating point, 5 exponent bits. */
    FLOAT8E5(0xF, 1),
    /**
     * A Boolean: a byte that is 0 or 1. {@code nrt_dtype} has none, so its number is that of {@link
     * #UINT8}, and either type may be bound where the other one is declared. A model takes every
     * byte other than 0 as true.
     */
    BOOL(3, 1);

    private static final DType[] VALUES = values();

    private final int code;
    private final int bytes;

    DType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** {@return the number of this type in {@code nrt_dtype}; {@link #BOOL} has that of UINT8} */
    public int code() {
        return code;
    }

    /** {@return the size of one element in bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return the name as NEFF files and Glia's output write it, such as {@code float32}} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds the type of a name.
     *
     * @param label a name as NEFF files write it, in any case
     * @return its type, or empty for a name that is none
     */
    public static Optional<DType> of(String label) {
        for (DType type : VALUES) {
            if (type.name().equalsIgnoreCase(label)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}

package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.DType;

import java.util.Locale;
import java.util.Optional;

/** The element types of ONNX, in the order of their numbers in ONNX files. */
public enum ElementType {
    UNDEFINED(null),
    FLOAT(DType.FLOAT32),
    UINT8(DType.UINT8),
    INT8(DType.INT8),
    UINT16(DType.UINT16),
    INT16(DType.INT16),
    INT32(DType.INT32),
    INT64(DType.INT64),
    STRING(null),
    BOOL(DType.BOOL),
    FLOAT16(DType.FLOAT16),
    DOUBLE(null),
    UINT32(DType.UINT32),
    UINT64(DType.UINT64),
    COMPLEX64(null),
    COMPLEX128(null),
    BFLOAT16(DType.BFLOAT16),
    FLOAT8E4M3FN(DType.FLOAT8E4),
    FLOAT8E4M3FNUZ(null),
    FLOAT8E5M2(DType.FLOAT8E5),
    FLOAT8E5M2FNUZ(null),
    UINT4(null),
    INT4(null),
    FLOAT4E2M1(null),
    FLOAT8E8M0(null),
    UINT2(null),
    INT2(null);

    private static final ElementType[] BY_NUMBER = values();

    private final DType dtype;

    ElementType(DType dtype) {
        this.dtype = dtype;
    }

    /**
     * {@return the type of a number in an ONNX file, {@link #UNDEFINED} for one that is not known}
     */
    public static ElementType of(long number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[(int) number] : UNDEFINED;
    }

    /** {@return the type of a number of ONNX Runtime, which counts the last three differently} */
    public static ElementType ofOnnxRuntime(int number) {
        return switch (number) {
            case 24 -> UINT2;
            case 25 -> INT2;
            case 26 -> FLOAT8E8M0;
            default -> of(number);
        };
    }

    /** {@return the type as Neuron knows it, empty when it has none} */
    public Optional<DType> dtype() {
        return Optional.ofNullable(dtype);
    }

    /** {@return the name as ONNX writes it, in lower case} */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return the bits of an element as files hold it; 0 for texts and what is not known} */
    int bits() {
        return switch (this) {
            case UINT2, INT2 -> 2;
            case UINT4, INT4, FLOAT4E2M1 -> 4;
            case UINT8, INT8, BOOL -> 8;
            case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ, FLOAT8E8M0 -> 8;
            case UINT16, INT16, FLOAT16, BFLOAT16 -> 16;
            case FLOAT, UINT32, INT32 -> 32;
            case DOUBLE, UINT64, INT64, COMPLEX64 -> 64;
            case COMPLEX128 -> 128;
            default -> 0;
        };
    }
}

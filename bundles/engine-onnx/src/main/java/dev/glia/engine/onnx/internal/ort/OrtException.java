package dev.glia.engine.onnx.internal.ort;

import java.io.Serial;

/** What ONNX Runtime answered instead of success. */
public final class OrtException extends RuntimeException {
    /** Unspecific failure, also the one of a terminated run. */
    public static final int FAIL = 1;

    /** An argument does not fit. */
    public static final int INVALID_ARGUMENT = 2;

    /** No kernel for an operator with these types. */
    public static final int NOT_IMPLEMENTED = 9;

    @Serial private static final long serialVersionUID = 1L;

    /** The number of {@code OrtErrorCode}. */
    private final int code;

    OrtException(int code, String message) {
        super(message.strip());
        this.code = code;
    }

    /** {@return the number of {@code OrtErrorCode}} */
    public int code() {
        return code;
    }
}

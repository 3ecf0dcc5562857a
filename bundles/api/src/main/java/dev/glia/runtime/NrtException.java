package dev.glia.runtime;

import java.io.Serial;
import java.util.Objects;

/**
 * A call of the runtime failed. The message names the status and its number, then the cause, then
 * what to do next: {@code NRT_RESOURCE (4): NeuronCore(s) not available - Requested:nc1-nc1
 * Available:0. ...}
 */
public final class NrtException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    /** Why the call failed. */
    private final NrtStatus status;

    /** What was wrong and what to do, without the status in front. */
    private final String reason;

    /**
     * Creates a failure.
     *
     * @param status why the call failed; not {@link NrtStatus#NRT_SUCCESS}
     * @param reason what was found, what is accepted, the next step
     */
    public NrtException(NrtStatus status, String reason) {
        this(status, reason, null);
    }

    /**
     * Creates a failure that another one caused.
     *
     * @param status why the call failed; not {@link NrtStatus#NRT_SUCCESS}
     * @param reason what was found, what is accepted, the next step
     * @param cause the failure below, or {@code null}
     */
    public NrtException(NrtStatus status, String reason, Throwable cause) {
        super(status + " (" + status.code() + "): " + reason, cause);
        this.status = Objects.requireNonNull(status);
        this.reason = Objects.requireNonNull(reason);
    }

    /** {@return why the call failed} */
    public NrtStatus status() {
        return status;
    }

    /** {@return the message without the status in front} */
    public String reason() {
        return reason;
    }
}

package dev.glia.runtime;

/** What an application that meets a status does next; see {@link NrtStatus#remedy()}. */
public enum Remedy {
    /** Nothing: the call succeeded. */
    NONE,
    /** Send the same request again, a moment later or to another core. */
    RETRY,
    /** Give this request up: it would fail again. The core and other requests go on. */
    FAIL_REQUEST,
    /** Send this core nothing more, and the request to another one. */
    QUARANTINE_CORE,
    /** Close the runtime and initialise it again: the device works after that. */
    RESTART_RUNTIME
}

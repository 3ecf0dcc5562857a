package dev.glia.runtime;

/** The states of the runtime in a process. */
public enum RuntimeState {
    /** Not initialised yet: calls fail with NRT_UNINITIALIZED. */
    START,
    /** Initialised: the cores are owned. */
    INIT,
    /** Closed: calls fail with NRT_CLOSED until the runtime is initialised again. */
    CLOSED
}

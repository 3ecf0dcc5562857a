package dev.glia.itests.order.stubborn;

import java.util.concurrent.locks.LockSupport;

/** What is wrong with a bundle. */
public enum Manner {
    /** Its activator throws at the start. */
    START_THROWS,
    /** Its activator throws at the stop. */
    STOP_THROWS,
    /** Its activator never ends its stop. */
    STOP_HANGS,
    /** The constructor of its component throws. */
    CONSTRUCTOR_THROWS,
    /** Its component throws when it is activated. */
    ACTIVATE_THROWS,
    /** Its component throws when it is deactivated. */
    DEACTIVATE_THROWS,
    /** Its component is never done with its deactivation. */
    DEACTIVATE_HANGS,
    /** Its driver never gives a core back. */
    CLOSE_HANGS,
    /** Its driver is never done with binding tensors to a model. */
    BIND_HANGS,
    /** Its driver is never done with unbinding them. */
    UNBIND_HANGS,
    /** Its driver never takes a model back. */
    UNLOAD_HANGS,
    /** Its driver neither ends a request nor the call that cancels it. */
    CANCEL_HANGS;

    /** {@return whether it is the driver with which something is wrong} */
    public boolean ofDriver() {
        return this == CLOSE_HANGS || ofModel();
    }

    /** {@return whether it shows only with a model} */
    public boolean ofModel() {
        return switch (this) {
            case BIND_HANGS, UNBIND_HANGS, UNLOAD_HANGS, CANCEL_HANGS -> true;
            default -> false;
        };
    }

    void hangIf(Manner manner) {
        while (this == manner) {
            LockSupport.parkNanos(Long.MAX_VALUE);
        }
    }

    void throwIf(Manner manner) {
        if (this == manner) {
            throw new IllegalStateException("as it is made: " + manner);
        }
    }
}

package dev.glia.log.internal;

import dev.glia.log.LogLevel;

/** The most that any place of a component takes. */
final class Threshold {
    private volatile LogLevel most = LogLevel.TRACE;

    boolean takes(LogLevel level) {
        return most.takes(level);
    }

    void set(LogLevel level) {
        most = level;
    }
}

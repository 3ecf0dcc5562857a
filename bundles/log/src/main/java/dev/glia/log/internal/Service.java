package dev.glia.log.internal;

import dev.glia.log.LogSink;

import java.time.Duration;

/** Which sink serves a location: the one with its name, or the one for paths. */
final class Service {
    private final String location;
    private final Sinks sinks;
    private final Duration grace;
    private final boolean reserved;
    private final long created = System.nanoTime();
    private volatile boolean everNamed;

    /**
     * Creates the question.
     *
     * @param grace how long a location that could be the name of a sink waits for it before it is
     *     taken for a path
     */
    Service(String location, Sinks sinks, Duration grace) {
        this.location = location;
        this.sinks = sinks;
        this.grace = grace;
        reserved = location.equals(Router.CONSOLE) || location.equals(Router.SYSLOG);
    }

    /** {@return the sink, or {@code null} as long as there is none} */
    LogSink sink() {
        LogSink named = sinks.named(location);
        if (named != null) {
            everNamed = true;
            return named;
        }
        boolean path =
                Sinks.isPath(location)
                        || !everNamed && System.nanoTime() - created > grace.toNanos();
        return path && !reserved ? sinks.named(LogSink.FILE) : null;
    }
}

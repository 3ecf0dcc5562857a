package dev.glia.log.internal;

import dev.glia.log.LogSink;

import java.time.Duration;

/**
 * Which sink serves a location: the one with its name, or the one for paths. Where there never was
 * one, the console does after a while: what waits for somebody who may never come is not heard.
 */
final class Service {
    private final String location;
    private final Sinks sinks;
    private final Diversion diversion;
    private final long graceNanos;
    private final long created = System.nanoTime();
    private volatile boolean everServed;
    private volatile boolean chosen = true;
    private volatile boolean ending;

    /**
     * Creates the question.
     *
     * @param diversion serves the location when nobody does
     * @param grace how long a location waits for its first sink
     */
    Service(String location, Sinks sinks, Diversion diversion, Duration grace) {
        this.location = location;
        this.sinks = sinks;
        this.diversion = diversion;
        this.graceNanos = grace.toNanos();
    }

    /** {@return the sink, or {@code null} as long as there is none} */
    LogSink sink() {
        LogSink serving = serving();
        if (serving != null) {
            everServed = true;
            return serving;
        }
        return isDiverted() ? diversion : null;
    }

    private LogSink serving() {
        LogSink named = location.equalsIgnoreCase(LogSink.FILE) ? null : sinks.named(location);
        return named == null && Sinks.isPath(location) ? sinks.named(LogSink.FILE) : named;
    }

    private boolean isDiverted() {
        return chosen
                && !everServed
                && !location.equals(Router.CONSOLE)
                && (ending || System.nanoTime() - created > graceNanos);
    }

    /**
     * {@return whether its records may go nowhere: it is there by default, and nobody serves it}
     */
    boolean isVoid() {
        return !chosen && !everServed;
    }

    /** {@return whether somebody asked for this location} */
    boolean isChosen() {
        return chosen;
    }

    void choose(boolean byName) {
        chosen = byName;
    }

    /** Waits for nobody any more. */
    void end() {
        ending = true;
    }
}

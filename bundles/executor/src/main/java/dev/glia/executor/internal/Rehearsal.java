package dev.glia.executor.internal;

import dev.glia.core.LaneTask;
import dev.glia.device.CoreAddress;
import dev.glia.runtime.NrtStatus;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lets a deadline pass once, of no request: what that takes is loaded and linked by the JVM when it
 * is first used, which makes the first NRT_TIMEOUT of a process come 50 ms late and more.
 */
final class Rehearsal implements Watchdog.Watched, LaneTask {

    /**
     * When the process has had time to start, and before the first deadline: applications set
     * time-outs in seconds.
     */
    private static final long AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Executor stops;
    private final Consumer<Watchdog.Watched> whenDone;
    private boolean begun;
    private long due;

    /**
     * Prepares.
     *
     * @param stops where stops are called
     * @param whenDone told when it need not be looked at again
     */
    Rehearsal(Executor stops, Consumer<Watchdog.Watched> whenDone) {
        this.stops = stops;
        this.whenDone = whenDone;
    }

    @Override
    public long check(long nowNanos, long repeatNanos) {
        if (!begun) {
            begun = true;
            due = nowNanos + AFTER_NANOS;
        }
        if (nowNanos - due < 0) {
            return due - nowNanos;
        }
        whenDone.accept(this);
        expire(nowNanos, repeatNanos);
        return Long.MAX_VALUE;
    }

    private void expire(long nowNanos, long repeatNanos) {
        var supervision = new Supervision(stops);
        supervision.begin(this, nowNanos, 1);
        supervision.check(nowNanos + 1, repeatNanos);
        supervision.end();
        new LaneFailures(new CoreAddress(0, 0, 0, 1)).timeout(this, 1, null);
    }

    @Override
    public NrtStatus run() {
        return NrtStatus.NRT_SUCCESS;
    }

    @Override
    public void stop() {}

    @Override
    public void released() {}

    @Override
    public boolean prompt() {
        return true;
    }

    @Override
    public String model() {
        return "rehearsal";
    }

    /** {@return what a log line calls it} */
    @Override
    public String toString() {
        return "the rehearsal";
    }
}

package dev.glia.executor.internal;

import dev.glia.core.LaneTask;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What is running on a lane right now, and the right to stop exactly that.
 *
 * <p>A run has a ticket. The lane begins and ends it; the watchdog and cancelling callers may stop
 * it in between, from other threads. The state holds ticket and phase in one word, so a late stop
 * can never hit the next run, and {@link #end} never returns while somebody is still calling {@link
 * LaneTask#stop()}. That may hang as well, so it is called on a thread for which nobody waits.
 */
final class Supervision {

    /** Why a run was stopped. */
    enum Stop {
        /** It was not. */
        NONE,
        /** Its deadline passed. */
        DEADLINE,
        /** Somebody cancelled it. */
        CANCELLED
    }

    private static final int IDLE = 0;
    private static final int RUNNING = 1;

    /** Somebody is writing down why it is stopped. */
    private static final int MARKING = 2;

    /** Stop is being called. */
    private static final int STOPPING = 3;

    /**
     * Stop was called; it may have come too early to have had an effect, so the watchdog repeats
     * it.
     */
    private static final int STOPPED = 4;

    private static final int PHASE_BITS = 3;
    private static final long PHASE_MASK = (1 << PHASE_BITS) - 1;

    private static final int SPINS = 10_000;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final AtomicLong state = new AtomicLong();
    private final Executor stops;

    // Written by the lane before the state says RUNNING, read by others after they have seen it.
    private LaneTask task;
    private long deadline;
    private long timeout;

    // Written by whoever stops the run while the state says MARKING.
    private long stopped;
    private volatile Stop stop = Stop.NONE;

    /**
     * Begins to supervise.
     *
     * @param stops where stops are called
     */
    Supervision(Executor stops) {
        this.stops = stops;
    }

    /** Begins a run; called by whoever holds the lane. */
    void begin(LaneTask next, long startNanos, long timeoutNanos) {
        task = next;
        timeout = timeoutNanos;
        deadline = startNanos + timeoutNanos;
        state.set(((state.getPlain() >>> PHASE_BITS) + 1) << PHASE_BITS | RUNNING);
    }

    /** Ends the run and tells whether it was stopped. */
    Stop end() {
        long running = state.getPlain() & ~PHASE_MASK | RUNNING;
        if (state.compareAndSet(running, running & ~PHASE_MASK)) {
            return Stop.NONE;
        }
        long stopped = running & ~PHASE_MASK | STOPPED;
        for (int i = 0; !state.compareAndSet(stopped, running & ~PHASE_MASK); i++) {
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, POLL_NANOS);
            }
        }
        Stop reason = stop;
        stop = Stop.NONE;
        return reason;
    }

    /** Stops a task if it is the one that runs. */
    void stop(LaneTask which, Stop reason) {
        long seen = state.get();
        // The task may already be that of the next run; then the state has changed and the exchange
        // fails.
        if (phase(seen) == RUNNING && task == which) {
            stop(seen, reason);
        }
    }

    private void stop(long running, Stop reason) {
        long ticket = running & ~PHASE_MASK;
        if (state.compareAndSet(running, ticket | MARKING)) {
            stop = reason;
            stopped = reason == Stop.DEADLINE ? deadline : System.nanoTime();
            state.set(ticket | STOPPING);
            callStop(ticket);
        }
    }

    /**
     * Stops the run when its deadline has passed, and repeats the stop of one that goes on.
     *
     * @return how long until the run needs another look, in nanoseconds; {@link Long#MAX_VALUE}
     *     when it needs none
     */
    long check(long nowNanos, long repeatNanos) {
        long seen = state.get();
        return switch (phase(seen)) {
            case RUNNING -> checkDeadline(seen, nowNanos, repeatNanos);
            case STOPPED -> {
                if (state.compareAndSet(seen, seen & ~PHASE_MASK | STOPPING)) {
                    callStop(seen & ~PHASE_MASK);
                }
                yield repeatNanos;
            }
            case MARKING, STOPPING -> repeatNanos;
            default -> Long.MAX_VALUE;
        };
    }

    private long checkDeadline(long seen, long nowNanos, long repeatNanos) {
        boolean hasLimit = timeout != 0;
        long left = deadline - nowNanos;
        if (state.get() != seen) {
            return 0; // Another run has begun meanwhile, and the deadline may be its own: look
            // again.
        }
        if (!hasLimit) {
            return Long.MAX_VALUE;
        }
        if (left > 0) {
            return left;
        }
        stop(seen, Stop.DEADLINE);
        return repeatNanos;
    }

    /**
     * {@return the ticket of a run that goes on although it should have been stopped longer ago
     * than a grace, 0 when there is none}
     */
    long overdue(long nowNanos, long graceNanos) {
        long seen = state.get();
        boolean late = phase(seen) >= STOPPING && nowNanos - stopped > graceNanos;
        return late && state.get() == seen ? seen >>> PHASE_BITS : 0;
    }

    /** {@return the task of the run with a ticket, null when it has ended} */
    LaneTask task(long ticket) {
        LaneTask running = task;
        return ticket() == ticket ? running : null;
    }

    /** {@return why the run that goes on was stopped} */
    Stop reason() {
        return stop;
    }

    /** {@return the time-out of the run that goes on or was the last} */
    long timeoutNanos() {
        return timeout;
    }

    /** {@return the ticket of the run that goes on or was the last} */
    long latest() {
        return state.get() >>> PHASE_BITS;
    }

    /** {@return the ticket of the run that goes on, 0 when there is none} */
    long ticket() {
        long now = state.get();
        return phase(now) == IDLE ? 0 : now >>> PHASE_BITS;
    }

    private void callStop(long ticket) {
        LaneTask running = task;
        stops.execute(
                () -> {
                    try {
                        running.stop();
                    } finally {
                        state.set(ticket | STOPPED);
                    }
                });
    }

    private static int phase(long state) {
        return (int) (state & PHASE_MASK);
    }
}

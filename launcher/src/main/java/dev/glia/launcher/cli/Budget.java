package dev.glia.launcher.cli;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many requests may still be made, by all workers together: a number, or as many as a time
 * allows.
 */
final class Budget {
    private final long total;
    private final long start = System.nanoTime();
    private final long nanos;
    private final AtomicLong taken = new AtomicLong();
    private volatile boolean stopped;

    private Budget(long total, long nanos) {
        this.total = total;
        this.nanos = nanos;
    }

    static Budget requests(long total) {
        return new Budget(total, Long.MAX_VALUE);
    }

    static Budget nanos(long nanos) {
        return new Budget(Long.MAX_VALUE, nanos);
    }

    /**
     * {@return whether one more may be made; the first one in any case, to have something to tell}
     */
    boolean take() {
        return !stopped
                && (taken.get() == 0 || System.nanoTime() - start < nanos)
                && taken.getAndIncrement() < total;
    }

    void stop() {
        stopped = true;
    }

    /** The share that is used up, 0 to 1. */
    double used() {
        double byTime = (System.nanoTime() - start) / (double) nanos;
        double byNumber = taken.get() / (double) total;
        return Math.min(1, Math.max(byTime, byNumber));
    }
}

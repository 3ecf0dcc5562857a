package dev.glia.log.internal;

import java.time.Duration;

/**
 * How long callers may wait for a place: once for a while, and then a hundredth of the time that
 * passes, whatever the place is like. Not thread-safe.
 */
final class Patience {
    private static final int PART = 100;

    private final long most;
    private long left;
    private long at;

    Patience(Duration most, long now) {
        this.most = most.toNanos();
        left = this.most;
        at = now;
    }

    /** {@return the nanoseconds that a caller may wait now, not positive for none} */
    long left(long now) {
        left = Math.min(most, left + (now - at) / PART);
        at = now;
        return left;
    }

    void spend(long nanos) {
        left -= nanos;
    }
}

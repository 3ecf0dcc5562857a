package dev.glia.allocator.internal;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits a random time, up to twice as long each time. An interrupt does not cut a wait short, or a
 * claim would be refused that would have succeeded; the thread finds it again after {@link
 * #close()}.
 */
final class Backoff implements AutoCloseable {
    private final long longest;
    private long next;
    private boolean interrupted;

    Backoff(Duration first, Duration longest) {
        this.next = first.toNanos();
        this.longest = longest.toNanos();
    }

    void pause() {
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(next / 2, next + 1));
        next = Math.min(2 * next, longest);
    }

    @Override
    public void close() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.glia.allocator.internal;

import java.time.Duration;

/**
 * Lets claiming processes choose one after the other, so that processes started together fill the
 * machine without gaps. It is a courtesy: the locks of the cores decide, and whoever waits too
 * long, because a stopped process has the turn, goes ahead without. Guarded by the allocator.
 */
final class Turn {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration SHORTEST_PAUSE = Duration.ofNanos(20_000);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(2);

    private final LockFile lock;

    Turn(Posix posix, LockFolder folder) {
        this.lock = new LockFile(posix, folder, "claim.lock");
    }

    /** Waits for the turn. */
    void take() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (var backoff = new Backoff(SHORTEST_PAUSE, LONGEST_PAUSE)) {
            while (!lock.tryLock() && System.nanoTime() - deadline < 0) {
                backoff.pause();
            }
        }
    }

    /** Gives the turn to the next, if it was had. */
    void pass() {
        lock.unlock();
    }

    void close() {
        lock.close();
    }
}

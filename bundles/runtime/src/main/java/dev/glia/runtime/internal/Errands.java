package dev.glia.runtime.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that this bundle begins for one task each. When it stops, it waits for them: later
 * their classes may be gone. A driver may keep one for ever; that one is not waited for long.
 */
final class Errands {

    private static final long LEAVE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private static final Set<Thread> RUNNING = ConcurrentHashMap.newKeySet();

    private Errands() {}

    /**
     * Begins a thread.
     *
     * @throws OutOfMemoryError when there can be none
     */
    static Thread start(String name, Runnable task) {
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .name(name)
                        .unstarted(
                                () -> {
                                    try {
                                        task.run();
                                    } finally {
                                        RUNNING.remove(Thread.currentThread());
                                    }
                                });
        RUNNING.add(thread);
        try {
            thread.start();
            return thread;
        } catch (OutOfMemoryError noThread) {
            RUNNING.remove(thread);
            throw noThread;
        }
    }

    /** Waits for all that go on, other than the thread that asks. */
    static void awaitEnd() {
        long deadline = System.nanoTime() + LEAVE_NANOS;
        for (Thread thread : RUNNING) {
            while (thread.isAlive()
                    && thread != Thread.currentThread()
                    && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }
}

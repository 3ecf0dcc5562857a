package dev.glia.runtime.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which a driver is called for one core, each call on one of its own: nothing stops
 * a driver that hangs. They stay for a second, because to begin one takes as long as loading a
 * small model. They belong to one seat, so what a driver leaves on them does not outlive it.
 */
final class DriverThreads {

    /** A driver is often done sooner than a processor that has gone to sleep wakes up. */
    private static final long SPIN_NANOS =
            Runtime.getRuntime().availableProcessors() > 1 ? TimeUnit.MICROSECONDS.toNanos(200) : 0;

    private final Executor threads =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    1,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform()
                            .daemon()
                            .name("glia-driver")
                            .inheritInheritableThreadLocals(false)
                            .factory());

    /**
     * Begins a call.
     *
     * @param name of the thread from now on
     * @throws OutOfMemoryError when there can be no thread
     */
    void start(String name, Runnable call) {
        threads.execute(
                () -> {
                    Thread.currentThread().setName(name);
                    call.run();
                });
    }

    /** {@return whether it came in time; an interrupt is kept for later} */
    static boolean awaited(CountDownLatch end, long nanos) {
        long start = System.nanoTime();
        long spin = Math.min(SPIN_NANOS, nanos);
        while (end.getCount() > 0 && System.nanoTime() - start < spin) {
            Thread.yield();
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return end.await(nanos - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
                } catch (InterruptedException interrupt) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

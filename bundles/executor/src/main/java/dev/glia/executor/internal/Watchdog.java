package dev.glia.executor.internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Stops runs whose deadline has passed. One thread for all lanes, which sleeps until the earliest
 * deadline: a request that starts later cannot expire before the shortest time-out in use has
 * passed once, so requests need not wake it.
 */
final class Watchdog implements AutoCloseable {

    /** What has deadlines. */
    interface Watched {

        /**
         * Stops and ends what is late.
         *
         * @param nowNanos the time
         * @param repeatNanos when to look again at a run that was stopped and goes on
         * @return how long until it wants to be looked at again, in nanoseconds
         */
        long check(long nowNanos, long repeatNanos);
    }

    private static final Logger LOG = LoggerFactory.getLogger("TDRV.watchdog");
    private static final Logger DEADLINES = LoggerFactory.getLogger("NRT.watchdog");

    /** How often the cancel of a stopped run is repeated until it has an effect. */
    private static final long REPEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long LEAVE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final List<Watched> watched = new CopyOnWriteArrayList<>();

    /** Tells applications what was found, so that a slow listener delays no deadline. */
    private final ExecutorService answers =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("glia-answers").factory());

    /**
     * Calls drivers: one that hangs when it is asked to stop a request delays no deadline either.
     */
    private final ExecutorService stops =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("glia-stops-", 0).factory());

    /** Those that failed when they were last looked at; known to the thread alone. */
    private final Set<Watched> failing = new HashSet<>();

    private volatile long shortestTimeout = Long.MAX_VALUE / 4;
    private volatile Thread thread;

    /**
     * Somebody wants another look. The thread was also woken, but it may have been waiting for a
     * lock just then, which swallows that.
     */
    private volatile boolean called;

    private volatile boolean closed;

    /** Once is enough: what fails to stop is asked every few milliseconds. */
    private volatile boolean complained;

    void watch(Watched lane) {
        watched.add(lane);
    }

    void forget(Watched lane) {
        watched.remove(lane);
    }

    /**
     * Called before each run with its time-out; does something only when it is the shortest one so
     * far.
     */
    void expect(long timeoutNanos) {
        if (timeoutNanos != 0 && timeoutNanos < shortestTimeout) {
            shorten(timeoutNanos);
        }
    }

    private synchronized void shorten(long timeoutNanos) {
        shortestTimeout = Math.min(shortestTimeout, timeoutNanos);
        look();
    }

    /** Looks at all lanes now: a run was stopped, and may go on. */
    synchronized void look() {
        if (thread == null && !closed) {
            thread = Thread.ofPlatform().daemon().name("glia-watchdog").start(this::run);
        }
        called = true;
        LockSupport.unpark(thread);
    }

    /** Does something on a thread on which applications may be slow. */
    void answer(Runnable work) {
        try {
            answers.execute(work);
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            work.run();
        }
    }

    /** Asks a driver to stop something, on a thread on which it may hang. */
    void stop(Runnable request) {
        try {
            stops.execute(() -> call(request));
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            call(request);
        }
    }

    private void call(Runnable request) {
        LOG.trace("a driver is asked to stop a request");
        try {
            request.run();
        } catch (RuntimeException | Error failure) {
            if (!complained) {
                complained = true;
                LOG.error("A driver failed to stop a request; it is asked again", failure);
            }
        }
    }

    private void run() {
        while (!closed) {
            called = false;
            long now = System.nanoTime();
            long sleep = shortestTimeout;
            for (Watched lane : watched) {
                sleep = Math.min(sleep, check(lane, now));
            }
            // The look itself may have taken some time.
            long left = sleep - (System.nanoTime() - now);
            if (left > 0 && !called && !closed) {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    /**
     * A lane that fails must not take the deadlines of all others with it; it is looked at again.
     */
    private long check(Watched lane, long now) {
        try {
            long next = lane.check(now, REPEAT_NANOS);
            failing.remove(lane);
            return next;
        } catch (RuntimeException | Error failure) {
            if (failing.add(lane)) {
                DEADLINES.error(
                        "The deadlines of {} could not be looked at, and are looked at again; this"
                                + " is a fault of Glia, please report it",
                        lane,
                        failure);
            }
            return REPEAT_NANOS;
        }
    }

    /**
     * Ends its threads, and waits for those that are not kept by a driver or an application: when
     * the bundle has stopped, their classes may be gone.
     */
    @Override
    public void close() {
        long deadline = System.nanoTime() + LEAVE_NANOS;
        end();
        answers.shutdown();
        stops.shutdown();
        while (isAlive() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(this, POLL_NANOS);
        }
    }

    private synchronized void end() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /**
     * {@return whether a thread of its own runs; an answer that closes it waits for itself, in
     * vain}
     */
    private boolean isAlive() {
        Thread looking = thread;
        return !answers.isTerminated()
                || !stops.isTerminated()
                || looking != null && looking.isAlive() && looking != Thread.currentThread();
    }
}

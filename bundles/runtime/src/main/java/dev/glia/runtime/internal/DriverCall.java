package dev.glia.runtime.internal;

import dev.glia.core.Lane;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One call of a driver that may hang, on a thread of its own: nothing stops a driver that does.
 * After its deadline the call is abandoned: it keeps seat and NEFF, which it may still use, and its
 * core is out of service; should it end all the same, it gives everything back.
 *
 * @param <T> what the driver returns
 */
final class DriverCall<T> {

    private static final Logger LOG = LoggerFactory.getLogger("NMGR.driver_call");

    /**
     * What is called.
     *
     * @param <T> what the driver returns
     */
    interface Work<T> {

        /** {@return what the driver does to a model, such as "loading"} */
        String name();

        /** Calls the driver. */
        T call();

        /** {@return what an application is told when it has not ended after some milliseconds} */
        String overdue(long millis);

        /** Nobody waits any longer; the lane of the core is told already. */
        default void abandoned() {}

        /**
         * It has ended all the same; gives back what nobody wants any more.
         *
         * @param result what the driver returned, null when it failed
         */
        void endLate(T result);
    }

    private final CoreModel model;
    private final Seat seat;
    private final Work<T> work;
    private final CountDownLatch ended = new CountDownLatch(1);
    private Thread thread;
    private boolean over;
    private boolean abandoned;
    private Lane.Suspension suspension;
    private T result;
    private Throwable failure;

    /** Holds seat and NEFF to the end; the caller holds what is called. */
    DriverCall(CoreModel model, Seat seat, Work<T> work) {
        this.model = model;
        this.seat = seat;
        this.work = work;
        model.neff().retain();
        seat.again();
    }

    /**
     * Calls a driver and waits for it.
     *
     * @param limitNanos for how long, 0 without limit
     * @throws NrtException NRT_TIMEOUT after that time, NRT_RESOURCE when there can be no thread,
     *     or what the driver throws
     */
    T within(long limitNanos) {
        try {
            start();
        } catch (OutOfMemoryError memory) {
            letGo();
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "there can be no thread for " + work.name() + " model " + model.label(),
                    memory);
        }
        return await(limitNanos);
    }

    /** The same for what must not fail for want of a thread. */
    T withinOrHere(long limitNanos) {
        try {
            start();
        } catch (OutOfMemoryError memory) {
            run();
        }
        return await(limitNanos);
    }

    private void start() {
        seat.threads().start("glia-" + work.name() + "-nc" + model.core().index(), this::run);
    }

    private void run() {
        begins();
        long start = System.nanoTime();
        T value = null;
        Throwable thrown = null;
        try {
            value = work.call();
        } catch (RuntimeException | Error failed) {
            thrown = failed;
        }
        if (ends(value, thrown)) {
            ended.countDown();
            LOG.debug(
                    "{} model {} on NeuronCore {} by {} {} after {} us",
                    work.name(),
                    model.name(),
                    model.core().index(),
                    seat.driver(),
                    thrown == null ? "is done" : "has failed",
                    TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
        } else {
            endLate(value);
        }
    }

    private synchronized void begins() {
        thread = Thread.currentThread();
    }

    private synchronized boolean ends(T value, Throwable thrown) {
        if (abandoned) {
            return false;
        }
        over = true;
        result = value;
        failure = thrown;
        letGo();
        return true;
    }

    private void letGo() {
        seat.exit();
        model.neff().release();
    }

    private void endLate(T value) {
        boolean _ = Thread.interrupted(); // It was meant for the driver.
        LOG.warn("{} model {} has ended after its deadline, in vain", work.name(), model.label());
        try {
            work.endLate(value);
        } catch (RuntimeException | Error failed) {
            LOG.error("{} failed to give model {} back", seat.driver(), model.label(), failed);
        } finally {
            seat.returned();
            model.neff().release();
            endSuspension();
        }
    }

    private synchronized void endSuspension() {
        if (suspension != null) {
            suspension.close();
        }
    }

    private T await(long limitNanos) {
        long limit = limitNanos == 0 ? Long.MAX_VALUE : limitNanos;
        if (!DriverThreads.awaited(ended, limit) && abandon()) {
            throw new NrtException(
                    NrtStatus.NRT_TIMEOUT, work.overdue(TimeUnit.NANOSECONDS.toMillis(limit)));
        }
        return outcome();
    }

    /** A seat that serves takes its core out of service; a retired one has left that to others. */
    private synchronized boolean abandon() {
        if (over) {
            return false; // It ended at the last moment.
        }
        abandoned = true;
        seat.abandon();
        if (!seat.isClosed()) {
            suspension =
                    model.lane()
                            .suspend(
                                    work.name()
                                            + " model "
                                            + model.label()
                                            + " on it goes on after its deadline");
        }
        work.abandoned();
        if (thread != null) {
            thread.interrupt(); // Some drivers heed that.
        }
        return true;
    }

    /** {@return whether nobody waits for it any longer; known when it was waited for} */
    synchronized boolean isAbandoned() {
        return abandoned;
    }

    /** The stack of the driver is the cause; the caller gets one of its own. */
    private synchronized T outcome() {
        return switch (failure) {
            case null -> result;
            case NrtException known ->
                    throw new NrtException(known.status(), known.reason(), known);
            case RuntimeException other -> throw other;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
        };
    }
}

package dev.glia.runtime.internal;

import dev.glia.core.Lane;
import dev.glia.device.LoadedModel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One unload of a model by a driver: nothing stops a driver that hangs there. After its deadline it
 * is abandoned: it keeps seat and NEFF, which it may still use, and its core is out of service;
 * should it end all the same, it gives everything back.
 */
final class Unload {

    private static final Logger LOG = LoggerFactory.getLogger("NMGR.kmgr_unload_nn");

    private final Object driver;
    private final CoreModel model;
    private final LoadedModel loaded;
    private final Seat seat;
    private final CountDownLatch ended = new CountDownLatch(1);
    private Lane.Suspension suspension;
    private boolean over;
    private boolean overdue;

    /** Holds seat and NEFF to the end. */
    Unload(Object driver, CoreModel model, LoadedModel loaded, Seat seat) {
        this.driver = driver;
        this.model = model;
        this.loaded = loaded;
        this.seat = seat;
        model.neff().retain();
        seat.again();
    }

    /** Begins it on a thread of its own. */
    void start() {
        try {
            seat.threads().start("glia-unload-nc" + model.core().index(), this::run);
        } catch (OutOfMemoryError noThread) {
            run();
        }
    }

    /** Does it on the calling thread, which may hang then. What a driver throws is only told. */
    void run() {
        long start = System.nanoTime();
        try {
            model.unbind(seat);
            loaded.close();
        } catch (RuntimeException | Error failure) {
            LOG.error(
                    "{} failed to unload model {} from NeuronCore {}; what the model took there may"
                            + " stay taken until the process ends",
                    driver,
                    model.label(),
                    model.core().index(),
                    failure);
        } finally {
            try {
                seat.unloaded(model);
                leave();
                model.neff().release();
            } finally {
                ended.countDown();
            }
            LOG.debug(
                    "model {} on NeuronCore {} of {} is unloaded after {} us",
                    model.name(),
                    model.core().index(),
                    driver,
                    TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
        }
    }

    private synchronized void leave() {
        over = true;
        if (!overdue) {
            seat.exit();
            return;
        }
        LOG.warn("Unloading model {} has ended after its deadline", model.label());
        seat.returned();
        if (suspension != null) {
            suspension.close();
        }
    }

    /** {@return whether it has ended in time; if not, it is abandoned} */
    boolean awaitEnd(long nanos) {
        return DriverThreads.awaited(ended, nanos) || !abandoned(nanos);
    }

    /** A seat that serves takes its core out of service; a retired one has left that to others. */
    private synchronized boolean abandoned(long nanos) {
        if (over || overdue) {
            return !over;
        }
        overdue = true;
        seat.abandon();
        if (!seat.isClosed()) {
            suspension =
                    model.lane()
                            .suspend(
                                    "unloading model "
                                            + model.label()
                                            + " from it goes on after its deadline");
        }
        LOG.error(
                "{} has not unloaded model {} from NeuronCore {} after {} ms, and that cannot be"
                        + " stopped: the core is abandoned until that ends, or the process does;"
                        + " restart the process, and report it to the vendor of the driver",
                driver,
                model.label(),
                model.core().index(),
                TimeUnit.NANOSECONDS.toMillis(nanos));
        return true;
    }
}

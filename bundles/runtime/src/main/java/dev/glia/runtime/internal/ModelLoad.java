package dev.glia.runtime.internal;

import dev.glia.core.Lane;
import dev.glia.device.CoreSession;
import dev.glia.device.LoadedModel;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One load of a model by a driver, on a thread of its own: nothing stops a driver that hangs there.
 * After its deadline the load is abandoned: it keeps seat and NEFF, which it may still use, and its
 * core is out of service; should it end all the same, it gives everything back.
 */
final class ModelLoad {

    private static final Logger LOG = LoggerFactory.getLogger("NMGR.kmgr_load_nn");

    private final CoreModel model;
    private final Seat seat;
    private final CompletableFuture<LoadedModel> outcome = new CompletableFuture<>();
    private final CompletableFuture<Lane.Suspension> suspension = new CompletableFuture<>();

    private ModelLoad(CoreModel model, Seat seat) {
        this.model = model;
        this.seat = seat;
    }

    /**
     * Loads a model within its deadline. The caller holds the seat.
     *
     * @throws NrtException NRT_TIMEOUT after the deadline, or what the driver throws
     */
    static LoadedModel of(CoreModel model, Seat seat, CoreSession session) {
        var load = new ModelLoad(model, seat);
        load.hold();
        Thread thread;
        try {
            thread =
                    Thread.ofPlatform()
                            .daemon()
                            .name("glia-load-nc" + model.core().index())
                            .start(() -> load.run(session));
        } catch (OutOfMemoryError memory) {
            load.letGo();
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "there can be no thread to load model " + model.name(),
                    memory);
        }
        return load.await(thread);
    }

    private void hold() {
        model.neff().retain();
        seat.again();
    }

    private void letGo() {
        seat.exit();
        model.neff().release();
    }

    private void run(CoreSession session) {
        LoadedModel loaded = null;
        try {
            loaded = model.loadOn(session);
            if (outcome.complete(loaded)) {
                return;
            }
        } catch (RuntimeException | Error failure) {
            if (outcome.completeExceptionally(failure)) {
                return;
            }
        }
        endLate(loaded);
    }

    private void endLate(LoadedModel loaded) {
        try (Lane.Suspension _ = suspension.join()) {
            LOG.warn("Loading model {} has ended after its deadline, in vain", model.name());
            if (loaded != null) {
                loaded.close();
            }
        } finally {
            model.hangs(false);
            seat.returned();
            model.neff().release();
        }
    }

    private LoadedModel await(Thread thread) {
        try {
            LoadedModel loaded = outcome();
            letGo();
            return loaded;
        } catch (TimeoutException late) {
            NrtException failure = expired();
            if (!outcome.completeExceptionally(failure)) {
                return await(thread); // It ended at the last moment.
            }
            seat.abandon();
            thread.interrupt(); // Some drivers heed that.
            model.hangs(true);
            suspension.complete(
                    model.lane()
                            .suspend(
                                    "loading model "
                                            + model.name()
                                            + " on it goes on after its deadline"));
            throw failure;
        } catch (ExecutionException failed) {
            letGo();
            throw unwrapped(failed.getCause());
        }
    }

    /** An interrupt does not stop a driver either: it is kept for later. */
    private LoadedModel outcome() throws TimeoutException, ExecutionException {
        long limit = model.loadTimeoutNanos() == 0 ? Long.MAX_VALUE : model.loadTimeoutNanos();
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return outcome.get(limit - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
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

    private NrtException expired() {
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                "model "
                        + model.name()
                        + " is not loaded on NeuronCore "
                        + model.core().index()
                        + " after "
                        + TimeUnit.NANOSECONDS.toMillis(model.loadTimeoutNanos())
                        + " ms, and loading cannot be stopped: the core is quarantined until that"
                        + " ends, or the process does; a model that needs longer needs a larger"
                        + " GLIA_LOAD_TIMEOUT (seconds)");
    }

    /** The stack of the driver is the cause; the caller gets one of its own. */
    private static RuntimeException unwrapped(Throwable failure) {
        return switch (failure) {
            case NrtException known -> new NrtException(known.status(), known.reason(), known);
            case RuntimeException other -> other;
            case Error error -> throw error;
            default -> new IllegalStateException(failure);
        };
    }
}

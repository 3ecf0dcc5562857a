package dev.glia.runtime.internal;

import dev.glia.device.CoreAddress;
import dev.glia.device.DeviceDriver;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A driver at work: a seat for each core of the runtime, with all its models loaded. */
final class Revision {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.driver_revision");

    private static final long LATE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Candidate candidate;
    private final List<Seat> seats = new ArrayList<>();
    private final AtomicBoolean retires = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** It has not unloaded a model in time. */
    private volatile boolean hangs;

    Revision(Candidate candidate) {
        this.candidate = candidate;
    }

    /** Opens the next core; calls the driver. */
    void open(DeviceDriver driver, CoreAddress core) {
        seats.add(
                new Seat(candidate, Objects.requireNonNull(driver.open(core), "no core session")));
    }

    Candidate candidate() {
        return candidate;
    }

    Seat seat(int core) {
        return seats.get(core);
    }

    /** {@return those of some models that are not loaded here} */
    List<CoreModel> missing(Collection<CoreModel> models) {
        return models.stream()
                .filter(model -> !seat(model.core().index()).isLoaded(model))
                .toList();
    }

    /** {@return how many requests and loads hold it} */
    long holders() {
        return seats.stream().mapToLong(Seat::holders).sum();
    }

    /** {@return how many models are loaded} */
    int loaded() {
        return seats.stream().mapToInt(Seat::loaded).sum();
    }

    /**
     * Unloads a model; waits as long as a core may take to open, and less for a driver that has
     * already hung: many models must not add up to hours.
     */
    void unload(CoreModel model, Patience patience) {
        long limit = hangs ? patience.cancelNanos() : patience.openNanos();
        if (!seat(model.core().index()).unload(model, limit)) {
            hangs = true;
        }
    }

    /**
     * Begins to end the revision, once: it takes no more requests, and a thread of its own waits
     * for those that hold it, cancels those that take too long, and gives everything back; what is
     * still held then, it gives back when it is not held any more.
     *
     * @param gone told at the end
     */
    void retire(Patience patience, Consumer<Revision> gone) {
        if (!retires.compareAndSet(false, true)) {
            return;
        }
        seats.forEach(Seat::close);
        try {
            Errands.start("glia-drain", () -> releaseLate(end(patience, gone), patience));
        } catch (OutOfMemoryError noThread) {
            end(patience, gone);
        }
    }

    private List<LateSeat> end(Patience patience, Consumer<Revision> gone) {
        try {
            return drain(patience);
        } finally {
            gone.accept(this);
            ended.countDown();
        }
    }

    /** Waits for the end, but not for a driver that hangs while it takes its things back. */
    void awaitEnd(Patience patience) {
        long limit =
                patience.drainNanos()
                        + patience.openNanos()
                        + patience.cancelNanos() * seats.size();
        if (!DriverThreads.awaited(ended, limit)) {
            LOG.error("{} does not take its cores and models back, and is left alone", candidate);
        }
    }

    /**
     * A request that cannot even be cancelled keeps its seat until it ends: freeing memory under
     * running native code would take the process down.
     *
     * @return the seats that are still held
     */
    private List<LateSeat> drain(Patience patience) {
        long deadline = System.nanoTime() + patience.drainNanos();
        var late = new ArrayList<LateSeat>();
        for (Seat seat : seats) {
            long start = System.nanoTime();
            boolean drained = seat.drain(deadline);
            if (!drained) {
                seat.stopAll();
                drained = seat.drain(System.nanoTime() + patience.cancelNanos());
            }
            if (drained && !seat.isAbandoned()) {
                long idle = System.nanoTime();
                release(seat, patience);
                LOG.debug(
                        "NeuronCore {} of {}: its requests have ended after {} us, it is given back"
                                + " after {} us more",
                        seats.indexOf(seat),
                        candidate,
                        TimeUnit.NANOSECONDS.toMicros(idle - start),
                        TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - idle));
            } else {
                late.add(new LateSeat(seat, seat.retainNeffs()));
                LOG.error(
                        "{} requests, loads or unloads on {} can neither finish in time nor be cancelled; their core is given back"
                                + " when they end, or the process does",
                        seat.holders(),
                        candidate);
            }
        }
        return late;
    }

    /**
     * A core that is still held after all deadlines. Its models may be closed meanwhile.
     *
     * @param neffs what its models may still use
     */
    private record LateSeat(Seat seat, List<SharedNeff> neffs) {}

    /** Nobody waits for it any more. */
    private void releaseLate(List<LateSeat> late, Patience patience) {
        var held = new ArrayList<>(late);
        while (!held.isEmpty()) {
            LockSupport.parkNanos(this, LATE_POLL_NANOS);
            held.removeIf(each -> isReleased(each, patience));
        }
    }

    private boolean isReleased(LateSeat late, Patience patience) {
        if (late.seat().holders() != 0) {
            return false;
        }
        LOG.warn("A core is given back to {}, after its deadline", candidate);
        release(late.seat(), patience);
        late.neffs().forEach(SharedNeff::release);
        return true;
    }

    /** Gives everything back; nobody has ever used it. */
    void discard(Patience patience) {
        seats.forEach(seat -> release(seat, patience));
    }

    private void release(Seat seat, Patience patience) {
        try {
            if (!seat.release(patience.openNanos())) {
                LOG.error("A core is not given back to {}, which still unloads a model", candidate);
            }
        } catch (RuntimeException | Error failure) {
            LOG.error("{} failed to take a core back", candidate, failure);
        }
    }
}

package dev.glia.runtime.internal;

import dev.glia.device.CoreAddress;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;

/** A driver at work: a seat for each core of the runtime, with all its models loaded. */
final class Revision {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.driver_revision");

    private final Candidate candidate;
    private final List<Seat> seats = new ArrayList<>();

    private Revision(Candidate candidate) {
        this.candidate = candidate;
    }

    /**
     * Opens all cores and loads all models; gives everything back when one of them fails.
     *
     * @throws RuntimeException what the driver threw
     */
    static Revision open(Candidate candidate, Workload workload) {
        var revision = new Revision(candidate);
        try {
            for (CoreAddress core : workload.cores()) {
                revision.seats.add(new Seat(candidate.driver().open(core)));
            }
            for (CoreModel model : workload.models()) {
                revision.seat(model.core().index()).load(model, false);
            }
            return revision;
        } catch (RuntimeException | Error failure) {
            revision.seats.forEach(Revision::giveUp);
            throw failure;
        }
    }

    Candidate candidate() {
        return candidate;
    }

    Seat seat(int core) {
        return seats.get(core);
    }

    void unload(CoreModel model) {
        seat(model.core().index()).unload(model);
    }

    /**
     * Ends the revision: waits for the requests that hold it, cancels those that take too long, and
     * gives everything back to the driver. A request that cannot even be cancelled keeps its seat
     * for ever: freeing memory under running native code would take the process down.
     */
    void retire(DriverSlot.Patience patience) {
        seats.forEach(Seat::close);
        long deadline = System.nanoTime() + patience.drainNanos();
        for (Seat seat : seats) {
            if (!seat.drain(deadline)) {
                seat.stopAll();
                seat.drain(System.nanoTime() + patience.cancelNanos());
            }
            if (seat.holders() == 0) {
                release(seat);
            } else {
                LOG.error(
                        "{} requests or loads on {} can neither finish nor be cancelled; their core is not given back"
                                + " before the process ends",
                        seat.holders(),
                        candidate);
            }
        }
    }

    /** No request holds a seat of a revision that never served, but a load that hangs may. */
    private static void giveUp(Seat seat) {
        seat.close();
        if (seat.holders() == 0) {
            release(seat);
        }
    }

    private static void release(Seat seat) {
        try {
            seat.release();
        } catch (RuntimeException failure) {
            LOG.error("A driver failed to give a core back", failure);
        }
    }
}

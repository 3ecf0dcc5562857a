package dev.glia.runtime.internal;

import dev.glia.device.DriverState;
import dev.glia.device.DriverState.Role;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The place of one architecture's driver, and the swap protocol.
 *
 * <p>Drivers come and go as the registry says; the best one that is fit serves as the current
 * revision. A better one that arrives is {@linkplain Trial tried} while the old one keeps serving;
 * then new requests take the new one and the old one drains. When the current one goes, its removal
 * waits for the requests that hold it; requests that come meanwhile wait for the next revision,
 * bounded by their deadline.
 *
 * <p>The lock guards who serves and what is loaded. No driver is called and no request waits while
 * it is held.
 */
final class DriverSlot {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.driver_slot");

    private final String architecture;
    private final Patience patience;
    private final ReentrantLock preferring = new ReentrantLock();
    private final SlotLock lock = new SlotLock();
    private final Choices choices = new Choices();
    private final List<Revision> open = new CopyOnWriteArrayList<>();

    private Workload workload;

    /** The trial under way. */
    private Trial trial;

    /** New loads wait, so that the trial catches up. */
    private boolean loadsWait;

    /** Why nobody serves although a driver came. */
    private NrtException refusal;

    private volatile Revision current;

    DriverSlot(String architecture, Patience patience) {
        this.architecture = architecture;
        this.patience = patience;
    }

    Patience patience() {
        return patience;
    }

    /** Takes a driver that came; it is tried later, on another thread. */
    void add(Candidate candidate) {
        LOG.debug("{} has come for {}", candidate, architecture);
        try (var _ = lock.hold()) {
            choices.add(candidate);
            choose();
        }
    }

    /** Lets a driver go; returns when it has everything back, or has not taken it in time. */
    void remove(long serviceId) {
        long start = System.nanoTime();
        Candidate leaving;
        Trial withdrawn;
        try (var _ = lock.hold()) {
            leaving = choices.find(serviceId);
            if (leaving == null) {
                return;
            }
            choices.remove(leaving);
            withdrawn = trial != null && trial.candidate() == leaving ? trial : null;
            if (withdrawn != null) {
                withdrawn.withdraw();
            }
            forgetRefusal(leaving);
            choose();
            awaitSuccessor(leaving);
        }
        retire(open.stream().filter(revision -> revision.candidate() == leaving).toList());
        if (withdrawn != null) {
            withdrawn.awaitEnd(patience.cancelNanos());
        }
        leaving.giveBack();
        LOG.debug("{} has left {} after {} us", leaving, architecture, microsSince(start));
    }

    private static long microsSince(long start) {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
    }

    private void forgetRefusal(Candidate leaving) {
        if (refusal == leaving.rejection()) {
            refusal = null;
        }
    }

    /** A driver that leaves serves until the next one has taken over, if there is one. */
    private void awaitSuccessor(Candidate leaving) {
        long start = System.nanoTime();
        long left = patience.drainNanos();
        while (serves(leaving) && trial != null && left > 0) {
            lock.awaitChange(left);
            left = patience.drainNanos() - (System.nanoTime() - start);
        }
        if (serves(leaving)) {
            leaving.becomes(Role.DRAINING);
            current = null;
        }
    }

    private boolean serves(Candidate candidate) {
        return current != null && current.candidate() == candidate;
    }

    /** Begins to serve a runtime; returns when a driver serves, or none is fit. */
    void attach(Workload work) {
        try (var _ = lock.hold()) {
            workload = work;
            refusal = null;
            choices.pardonAll();
            choose();
            while (trial != null) {
                lock.awaitChange(Long.MAX_VALUE);
            }
        }
    }

    /** Ends to serve; returns when the driver has everything back. */
    void detach() {
        Trial withdrawn;
        try (var _ = lock.hold()) {
            workload = null;
            refusal = null;
            withdrawn = trial;
            if (withdrawn != null) {
                withdrawn.withdraw();
            }
            if (current != null) {
                current.candidate().becomes(Role.DRAINING);
                current = null;
            }
        }
        retire(open);
        if (withdrawn != null) {
            withdrawn.awaitEnd(patience.cancelNanos());
        }
    }

    /**
     * Makes a driver the first choice; returns when it serves and the one before has everything
     * back.
     *
     * @return false when it is not in this slot
     * @throws NrtException why it is not fit
     */
    boolean prefer(long serviceId) {
        preferring.lock();
        try {
            try (var _ = lock.hold()) {
                Candidate wanted = choices.find(serviceId);
                if (wanted == null) {
                    return false;
                }
                wanted.pardon();
                if (workload == null || serves(wanted)) {
                    choices.prefer(wanted);
                    return true;
                }
                choices.ask(wanted);
                choose();
                awaitTrialOf(wanted);
            }
            retire(open.stream().filter(revision -> revision != current).toList());
            return true;
        } finally {
            preferring.unlock();
        }
    }

    private void awaitTrialOf(Candidate wanted) {
        while (choices.isAsked(wanted) && workload != null) {
            lock.awaitChange(Long.MAX_VALUE);
        }
        choices.answered(wanted);
        if (workload == null && choices.contains(wanted)) {
            choices.prefer(wanted);
            return;
        }
        if (wanted.rejection() != null) {
            throw again(wanted.rejection());
        }
        if (!choices.isPreferred(wanted)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID, "the driver " + wanted + " left while it was tried");
        }
    }

    /** Begins to try the best driver, unless it serves or another one is being tried. */
    private void choose() {
        if (trial == null) {
            Trial first = next();
            if (first != null) {
                Errands.start("glia-driver-" + architecture, () -> tryAll(first));
            }
        }
        lock.changed();
    }

    private void tryAll(Trial first) {
        for (Trial each = first; each != null; ) {
            NrtException failure = each.perform();
            try (var _ = lock.hold()) {
                conclude(each, failure);
                each = next();
                lock.changed();
            }
        }
    }

    private Trial next() {
        trial = null;
        loadsWait = false;
        for (Candidate candidate : choices.inOrder()) {
            if (workload == null || serves(candidate)) {
                return null;
            }
            if (candidate.rejection() == null) {
                candidate.becomes(Role.TRIED);
                trial = new Trial(this, architecture, candidate, workload, patience);
                return trial;
            }
        }
        return null;
    }

    private void conclude(Trial ended, NrtException failure) {
        Candidate candidate = ended.candidate();
        choices.answered(candidate);
        if (failure == null) {
            return;
        }
        if (ended.isWithdrawn()) {
            candidate.becomes(Role.STANDBY);
            return;
        }
        LOG.error("{} does not take over {}: {}", candidate, architecture, failure.getMessage());
        candidate.reject(failure);
        refusal = current == null ? failure : refusal;
    }

    /**
     * Lets a revision serve, when it has all models.
     *
     * @param last whether new loads wait from now on, until it serves or is refused
     * @return the models that it lacks; when there are none, it serves now
     * @throws NrtException when it may not serve any more
     */
    Collection<CoreModel> takeOver(Trial by, Revision next, boolean last) {
        Revision old;
        try (var _ = lock.hold()) {
            List<CoreModel> missing = next.missing(by.workload().models());
            loadsWait = last && !missing.isEmpty() && trial == by;
            if (!missing.isEmpty()) {
                return missing;
            }
            by.succeed();
            old = current;
            if (choices.isAsked(by.candidate())) {
                choices.prefer(by.candidate());
            }
            open.add(next);
            current = next;
            refusal = null;
            next.candidate().becomes(Role.SERVING);
            if (old != null) {
                old.candidate().becomes(Role.DRAINING);
            }
            lock.changed();
        }
        LOG.info("{} serves {}", next.candidate(), architecture);
        if (old != null) {
            old.retire(patience, this::gone);
        }
        return List.of();
    }

    /** Retires revisions and waits for their end, unless a driver does not take its things back. */
    private void retire(List<Revision> leaving) {
        leaving.forEach(revision -> revision.retire(patience, this::gone));
        leaving.forEach(revision -> revision.awaitEnd(patience));
    }

    private void gone(Revision retired) {
        try (var _ = lock.hold()) {
            open.remove(retired);
            if (retired.candidate().role() == Role.DRAINING) {
                retired.candidate().becomes(Role.STANDBY);
            }
            lock.changed();
        }
    }

    List<DriverState> states() {
        try (var _ = lock.hold()) {
            var shown = new LinkedHashSet<Candidate>();
            if (current != null) {
                shown.add(current.candidate());
            }
            shown.addAll(choices.inOrder());
            open.forEach(revision -> shown.add(revision.candidate()));
            return shown.stream().map(this::state).toList();
        }
    }

    private DriverState state(Candidate candidate) {
        long leases = 0;
        int models = 0;
        for (Revision revision : open) {
            if (revision.candidate() == candidate) {
                leases += revision.holders();
                models += revision.loaded();
            }
        }
        return candidate.state(architecture, leases, models);
    }

    /**
     * Takes the seat of a core for one request. Allocates nothing and waits for nothing while a
     * driver serves.
     *
     * @param core the core as the application counts
     * @param timeoutNanos how long to wait for a driver; 0 waits without limit
     */
    Seat lease(int core, long timeoutNanos) {
        Seat seat = tryLease(core);
        return seat != null ? seat : leaseLater(core, timeoutNanos);
    }

    private Seat leaseLater(int core, long timeoutNanos) {
        long start = System.nanoTime();
        Seat seat = awaitSeat(core, timeoutNanos, false);
        LOG.debug(
                "a request for NeuronCore {} has waited {} us for {}",
                core,
                microsSince(start),
                seat.driver());
        return seat;
    }

    /** {@return the seat of a core, held for the caller, or null when no driver serves just now} */
    Seat tryLease(int core) {
        Revision revision = current;
        if (revision != null) {
            Seat seat = revision.seat(core);
            if (seat.enter()) {
                return seat;
            }
        }
        return null;
    }

    /**
     * Waits for a driver; a load as long as one is tried, and a while for one that would never
     * catch up otherwise.
     */
    private Seat awaitSeat(int core, long timeoutNanos, boolean load) {
        long start = System.nanoTime();
        try (var _ = lock.hold()) {
            long held = patience.drainNanos();
            while (load && loadsWait && held > 0) {
                awaitChangeOrInterrupt(held);
                held = patience.drainNanos() - (System.nanoTime() - start);
            }
            while (true) {
                Seat seat = tryLease(core);
                if (seat != null) {
                    return seat;
                }
                if (refusal != null && trial == null) {
                    throw again(refusal);
                }
                long left = timeoutNanos - (System.nanoTime() - start);
                if (timeoutNanos == 0 || load && trial != null) {
                    left = Long.MAX_VALUE;
                }
                if (left <= 0) {
                    throw absent(timeoutNanos);
                }
                awaitChangeOrInterrupt(left);
            }
        }
    }

    private void awaitChangeOrInterrupt(long nanos) {
        try {
            lock.awaitChangeOrInterrupt(nanos);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "the thread was interrupted while it waited for a driver of " + architecture,
                    interrupted);
        }
    }

    /** The stack of the driver is the cause; the caller gets one of its own. */
    private static NrtException again(NrtException refusal) {
        return new NrtException(refusal.status(), refusal.reason(), refusal);
    }

    private NrtException absent(long waitedNanos) {
        var timeout =
                new NrtException(
                        NrtStatus.NRT_TIMEOUT,
                        "no driver for "
                                + architecture
                                + " is active since "
                                + TimeUnit.NANOSECONDS.toMillis(waitedNanos)
                                + " ms; "
                                + (trial == null
                                        ? "install and start the bundle dev.glia.driver-"
                                                + architecture
                                        : trial.candidate()
                                                + " is being tried, which takes longer"));
        LOG.debug("{}", timeout.getMessage());
        return timeout;
    }

    /**
     * Loads a model on the serving revision, and records it in the workload for those that come
     * later. A revision that goes meanwhile gives it back.
     */
    void load(CoreModel model) {
        int core = model.core().index();
        while (true) {
            Seat seat = awaitSeat(core, patience.arrivalNanos(), true);
            try {
                seat.load(model);
                if (isRecorded(model, seat)) {
                    return;
                }
                seat.unload(model, patience.openNanos());
            } finally {
                seat.exit();
            }
        }
    }

    private boolean isRecorded(CoreModel model, Seat seat) {
        try (var _ = lock.hold()) {
            return current != null
                    && current.seat(model.core().index()) == seat
                    && workload.models().add(model);
        }
    }

    /** Unloads a model everywhere; a driver that hangs or throws meanwhile holds nobody up. */
    void unload(CoreModel model) {
        try (var _ = lock.hold()) {
            if (workload != null) {
                workload.models().remove(model);
            }
        }
        open.forEach(revision -> revision.unload(model, patience));
    }
}

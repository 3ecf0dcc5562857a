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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
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

    /**
     * How long the slot waits for others.
     *
     * @param drainNanos for the requests of a leaving driver, before they are cancelled
     * @param cancelNanos for cancelled requests, before their core is given up
     * @param arrivalNanos for a driver that has not come yet, while a model is loaded
     * @param openNanos for a driver that is tried, to open one core
     * @param testNanos for one run of a model that is no request
     */
    record Patience(
            long drainNanos, long cancelNanos, long arrivalNanos, long openNanos, long testNanos) {

        static final Patience USUAL =
                new Patience(
                        TimeUnit.SECONDS.toNanos(30),
                        TimeUnit.SECONDS.toNanos(5),
                        TimeUnit.SECONDS.toNanos(5),
                        TimeUnit.SECONDS.toNanos(30),
                        TimeUnit.SECONDS.toNanos(10));
    }

    private final String architecture;
    private final Patience patience;
    private final ReentrantLock preferring = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeSet<Candidate> candidates = new TreeSet<>();
    private final List<Revision> open = new CopyOnWriteArrayList<>();

    private Workload workload;

    /** Whom somebody wants to serve now, and whom before all others. */
    private Candidate asked;

    private Candidate preferred;

    /** The trial under way. */
    private Trial trial;

    /** Why nobody serves although a driver came. */
    private NrtException refusal;

    private volatile Revision current;

    DriverSlot(String architecture, Patience patience) {
        this.architecture = architecture;
        this.patience = patience;
    }

    /** Takes a driver that came; it is tried later, on another thread. */
    void add(Candidate candidate) {
        lock.lock();
        try {
            candidates.add(candidate);
            choose();
        } finally {
            lock.unlock();
        }
    }

    /** Lets a driver go; returns when it has everything back, or has not taken it in time. */
    void remove(long serviceId) {
        Candidate leaving;
        Trial withdrawn;
        lock.lock();
        try {
            leaving = find(serviceId);
            if (leaving == null) {
                return;
            }
            candidates.remove(leaving);
            preferred = preferred == leaving ? null : preferred;
            asked = asked == leaving ? null : asked;
            withdrawn = trial != null && trial.candidate() == leaving ? trial : null;
            if (withdrawn != null) {
                withdrawn.withdraw();
            }
            forgetRefusal(leaving);
            choose();
            awaitSuccessor(leaving);
        } finally {
            lock.unlock();
        }
        retire(open.stream().filter(revision -> revision.candidate() == leaving).toList());
        if (withdrawn != null) {
            withdrawn.awaitEnd(patience.cancelNanos());
        }
        leaving.giveBack();
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
            awaitChange(left);
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

    private Candidate find(long serviceId) {
        return candidates.stream()
                .filter(candidate -> candidate.origin().serviceId() == serviceId)
                .findFirst()
                .orElse(null);
    }

    /** Begins to serve a runtime; returns when a driver serves, or none is fit. */
    void attach(Workload work) {
        lock.lock();
        try {
            workload = work;
            refusal = null;
            candidates.forEach(Candidate::pardon);
            choose();
            while (trial != null) {
                awaitChange(Long.MAX_VALUE);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends to serve; returns when the driver has everything back. */
    void detach() {
        Trial withdrawn;
        lock.lock();
        try {
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
        } finally {
            lock.unlock();
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
            lock.lock();
            try {
                Candidate wanted = find(serviceId);
                if (wanted == null) {
                    return false;
                }
                wanted.pardon();
                if (workload == null || serves(wanted)) {
                    preferred = wanted;
                    return true;
                }
                asked = wanted;
                choose();
                awaitTrialOf(wanted);
            } finally {
                lock.unlock();
            }
            retire(open.stream().filter(revision -> revision != current).toList());
            return true;
        } finally {
            preferring.unlock();
        }
    }

    private void awaitTrialOf(Candidate wanted) {
        while (asked == wanted && workload != null) {
            awaitChange(Long.MAX_VALUE);
        }
        asked = null;
        if (workload == null && candidates.contains(wanted)) {
            preferred = wanted;
            return;
        }
        if (wanted.rejection() != null) {
            throw again(wanted.rejection());
        }
        if (preferred != wanted) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID, "the driver " + wanted + " left while it was tried");
        }
    }

    private Set<Candidate> inOrder() {
        var order = new LinkedHashSet<Candidate>();
        if (asked != null) {
            order.add(asked);
        }
        if (preferred != null) {
            order.add(preferred);
        }
        order.addAll(candidates);
        return order;
    }

    /** Begins to try the best driver, unless it serves or another one is being tried. */
    private void choose() {
        if (trial == null) {
            Trial first = next();
            if (first != null) {
                Thread.ofPlatform()
                        .daemon()
                        .name("glia-driver-" + architecture)
                        .start(() -> tryAll(first));
            }
        }
        changed.signalAll();
    }

    private void tryAll(Trial first) {
        for (Trial each = first; each != null; ) {
            NrtException failure = each.perform();
            lock.lock();
            try {
                conclude(each, failure);
                each = next();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private Trial next() {
        trial = null;
        for (Candidate candidate : inOrder()) {
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
        asked = asked == candidate ? null : asked;
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
     * @return the models that it lacks; when there are none, it serves now
     * @throws NrtException when it may not serve any more
     */
    Collection<CoreModel> takeOver(Trial by, Revision next) {
        Revision old;
        lock.lock();
        try {
            List<CoreModel> missing = next.missing(by.workload().models());
            if (!missing.isEmpty()) {
                return missing;
            }
            by.succeed();
            old = current;
            preferred = asked == by.candidate() ? asked : preferred;
            open.add(next);
            current = next;
            refusal = null;
            next.candidate().becomes(Role.SERVING);
            if (old != null) {
                old.candidate().becomes(Role.DRAINING);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            open.remove(retired);
            if (retired.candidate().role() == Role.DRAINING) {
                retired.candidate().becomes(Role.STANDBY);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<DriverState> states() {
        lock.lock();
        try {
            var shown = new LinkedHashSet<Candidate>();
            if (current != null) {
                shown.add(current.candidate());
            }
            shown.addAll(inOrder());
            open.forEach(revision -> shown.add(revision.candidate()));
            return shown.stream().map(this::state).toList();
        } finally {
            lock.unlock();
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
        Origin from = candidate.origin();
        return new DriverState(
                architecture,
                from.bundle(),
                from.version(),
                from.bundleId(),
                from.serviceId(),
                from.ranking(),
                candidate.role(),
                leases,
                models,
                candidate.since(),
                candidate.reason());
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
        return seat != null ? seat : awaitSeat(core, timeoutNanos, false);
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

    /** Waits for a driver; for one that is tried as long as that takes, if the caller wants so. */
    private Seat awaitSeat(int core, long timeoutNanos, boolean untilTried) {
        long start = System.nanoTime();
        lock.lock();
        try {
            while (true) {
                Seat seat = tryLease(core);
                if (seat != null) {
                    return seat;
                }
                if (refusal != null && trial == null) {
                    throw again(refusal);
                }
                long left = timeoutNanos - (System.nanoTime() - start);
                if (timeoutNanos == 0 || untilTried && trial != null) {
                    left = Long.MAX_VALUE;
                }
                if (left <= 0) {
                    throw absent(timeoutNanos);
                }
                awaitChangeOrInterrupt(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitChangeOrInterrupt(long nanos) {
        try {
            changed.awaitNanos(nanos);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "the thread was interrupted while it waited for a driver of " + architecture,
                    interrupted);
        }
    }

    /** An interrupt does not stop a driver: it is kept for later. */
    private void awaitChange(long nanos) {
        boolean interrupted = Thread.interrupted();
        try {
            changed.awaitNanos(nanos);
        } catch (InterruptedException interrupt) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The stack of the driver is the cause; the caller gets one of its own. */
    private static NrtException again(NrtException refusal) {
        return new NrtException(refusal.status(), refusal.reason(), refusal);
    }

    private NrtException absent(long waitedNanos) {
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                "no driver for "
                        + architecture
                        + " is active since "
                        + TimeUnit.NANOSECONDS.toMillis(waitedNanos)
                        + " ms; "
                        + (trial == null
                                ? "install and start the bundle dev.glia.driver-" + architecture
                                : trial.candidate() + " is being tried, which takes longer"));
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
                seat.unload(model);
            } finally {
                seat.exit();
            }
        }
    }

    private boolean isRecorded(CoreModel model, Seat seat) {
        lock.lock();
        try {
            return current != null
                    && current.seat(model.core().index()) == seat
                    && workload.models().add(model);
        } finally {
            lock.unlock();
        }
    }

    /** Unloads a model everywhere. */
    void unload(CoreModel model) {
        lock.lock();
        try {
            if (workload != null) {
                workload.models().remove(model);
            }
        } finally {
            lock.unlock();
        }
        open.forEach(revision -> revision.unload(model));
    }
}

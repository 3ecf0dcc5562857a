package dev.glia.runtime.internal;

import dev.glia.device.DeviceDriver;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The place of one architecture's driver, and the swap protocol.
 *
 * <p>Drivers come and go as the registry says; the best one serves as the current revision. A
 * better one that arrives opens the cores and loads the models while the old one keeps serving;
 * then new requests take the new one and the old one drains. When the current one goes, its removal
 * waits for the requests that hold it; requests that come meanwhile wait for the next revision,
 * bounded by their deadline.
 *
 * <p>The write lock guards a change of revision, the read lock a change of its models. Neither is
 * held while requests run or drain.
 */
final class DriverSlot {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.driver_slot");

    /**
     * How long the slot waits for others.
     *
     * @param drainNanos for the requests of a leaving driver, before they are cancelled
     * @param cancelNanos for cancelled requests, before their core is given up
     * @param arrivalNanos for a driver that has not come yet, while a model is loaded
     */
    record Patience(long drainNanos, long cancelNanos, long arrivalNanos) {

        static final Patience USUAL =
                new Patience(
                        TimeUnit.SECONDS.toNanos(30),
                        TimeUnit.SECONDS.toNanos(5),
                        TimeUnit.SECONDS.toNanos(5));
    }

    private final String architecture;
    private final Patience patience;
    private final ReentrantReadWriteLock change = new ReentrantReadWriteLock();
    private final TreeSet<Candidate> candidates = new TreeSet<>();
    private final List<Revision> open = new CopyOnWriteArrayList<>();
    private final Object arrival = new Object();

    private Workload workload;
    private volatile Revision current;

    /** Why there is no revision although a driver is there. */
    private volatile NrtException refusal;

    DriverSlot(String architecture, Patience patience) {
        this.architecture = architecture;
        this.patience = patience;
    }

    void add(DeviceDriver driver, Map<String, Object> properties) {
        change(() -> candidates.add(new Candidate(driver, properties)));
    }

    void remove(DeviceDriver driver) {
        change(() -> candidates.removeIf(candidate -> candidate.driver() == driver));
    }

    /** Begins to serve a runtime. */
    void attach(Workload work) {
        change(
                () -> {
                    workload = work;
                    candidates.forEach(Candidate::pardon);
                });
    }

    /** Ends to serve; returns when the driver has everything back. */
    void detach() {
        change(() -> workload = null);
    }

    private void change(Runnable what) {
        Revision old;
        change.writeLock().lock();
        try {
            what.run();
            old = current;
            Revision next = workload == null ? null : choose(old);
            if (next == old) {
                return;
            }
            if (next != null) {
                open.add(next);
            }
            current = next;
        } finally {
            change.writeLock().unlock();
            synchronized (arrival) {
                arrival.notifyAll();
            }
        }
        if (old != null) {
            old.retire(patience);
            open.remove(old);
        }
    }

    /** {@return the best revision: the serving one, or one that a better driver just opened} */
    private Revision choose(Revision serving) {
        refusal = null;
        for (Candidate candidate : candidates) {
            if (serving != null && serving.candidate() == candidate) {
                return serving;
            }
            if (candidate.rejection() == null) {
                try {
                    return Revision.open(candidate, workload);
                } catch (RuntimeException | LinkageError failure) {
                    candidate.reject(reason(candidate, failure));
                }
            }
            refusal = refusal == null ? candidate.rejection() : refusal;
        }
        return null;
    }

    private NrtException reason(Candidate candidate, Throwable failure) {
        LOG.error("{} does not take over {}: {}", candidate, architecture, failure.getMessage());
        return failure instanceof NrtException known
                ? known
                : new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "the driver "
                                + candidate
                                + " for "
                                + architecture
                                + " failed to open: "
                                + failure,
                        failure);
    }

    /**
     * Takes the seat of a core for one request. Allocates nothing and waits for nothing while a
     * driver serves.
     *
     * @param core the core as the application counts
     * @param timeoutNanos how long to wait for a driver; 0 waits without limit
     */
    Seat lease(int core, long timeoutNanos) {
        Revision revision = current;
        if (revision != null) {
            Seat seat = revision.seat(core);
            if (seat.enter()) {
                return seat;
            }
        }
        return awaitSeat(core, timeoutNanos);
    }

    /** {@return the seat of a core, held for the caller, or null when no driver serves just now} */
    Seat tryLease(int core) {
        Revision revision = current;
        return revision != null && revision.seat(core).enter() ? revision.seat(core) : null;
    }

    private Seat awaitSeat(int core, long timeoutNanos) {
        long start = System.nanoTime();
        synchronized (arrival) {
            while (true) {
                Revision revision = current;
                if (revision != null && revision.seat(core).enter()) {
                    return revision.seat(core);
                }
                if (refusal != null) {
                    throw new NrtException(refusal.status(), refusal.reason(), refusal);
                }
                long left =
                        timeoutNanos == 0
                                ? Long.MAX_VALUE
                                : timeoutNanos - (System.nanoTime() - start);
                if (left <= 0) {
                    throw absent(timeoutNanos);
                }
                await(left);
            }
        }
    }

    private void await(long nanos) {
        try {
            arrival.wait(Math.clamp(TimeUnit.NANOSECONDS.toMillis(nanos) + 1, 1, 1000));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "the thread was interrupted while it waited for a driver of " + architecture,
                    interrupted);
        }
    }

    private NrtException absent(long waitedNanos) {
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                "no driver for "
                        + architecture
                        + " is active since "
                        + TimeUnit.NANOSECONDS.toMillis(waitedNanos)
                        + " ms; install and start the bundle dev.glia.driver-"
                        + architecture);
    }

    /**
     * Loads a model on the serving revision, and records it in the workload for those that come
     * later.
     */
    void load(CoreModel model) {
        int core = model.core().index();
        while (true) {
            awaitSeat(core, patience.arrivalNanos()).exit();
            change.readLock().lock();
            try {
                Revision revision = current;
                if (revision != null) {
                    revision.seat(core).load(model, true);
                    workload.models().add(model);
                    return;
                }
            } finally {
                change.readLock().unlock();
            }
        }
    }

    /** Unloads a model everywhere. */
    void unload(CoreModel model) {
        change.readLock().lock();
        try {
            if (workload != null) {
                workload.models().remove(model);
            }
            open.forEach(revision -> revision.unload(model));
        } finally {
            change.readLock().unlock();
        }
    }
}

package dev.glia.runtime.internal;

import dev.glia.device.CoreAddress;
import dev.glia.device.DeviceDriver;
import dev.glia.device.Invocation;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One attempt to let a driver take over: it opens the cores, loads the models, answers what the
 * serving driver answered, and catches up with what was loaded meanwhile. All of that happens on a
 * thread of its own, in steps that are bounded in time: a driver that hangs is refused, and should
 * it go on later, it gets everything back.
 */
final class Trial {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.driver_trial");

    private static final long UNLIMITED_LOAD_NANOS = TimeUnit.SECONDS.toNanos(300);

    /** How often it is looked whether the step under way takes too long. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** After so many rounds new loads wait: otherwise it might never catch up. */
    private static final int OPEN_ROUNDS = 2;

    private final DriverSlot slot;
    private final String architecture;
    private final Candidate candidate;
    private final Workload workload;
    private final Patience patience;

    /** What it carries over; each NEFF is held while its model is loaded, or the trial goes on. */
    private final Set<CoreModel> carried = new HashSet<>();

    /** What its steps may take together. */
    private final long limitNanos;

    private final long start = System.nanoTime();
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean withdrawn;
    private volatile Step step;
    private volatile NrtException failure;
    private volatile Invocation running;

    /** What the driver is asked to do, and until when it has to be done. */
    private record Step(String what, long limitNanos, long deadlineNanos) {}

    Trial(
            DriverSlot slot,
            String architecture,
            Candidate candidate,
            Workload workload,
            Patience patience) {
        this.slot = slot;
        this.architecture = architecture;
        this.candidate = candidate;
        this.workload = workload;
        this.patience = patience;
        this.limitNanos =
                patience.swapNanos()
                        + patience.openNanos()
                                * (workload.cores().size() + workload.models().size());
        begin("come to life", patience.openNanos());
    }

    Candidate candidate() {
        return candidate;
    }

    Workload workload() {
        return workload;
    }

    boolean isWithdrawn() {
        return withdrawn;
    }

    /** Ends it at the next step: the driver or the runtime goes. */
    void withdraw() {
        withdrawn = true;
        outcome.completeExceptionally(
                new NrtException(NrtStatus.NRT_CLOSED, "the trial of " + candidate + " was ended"));
        cancelRun();
    }

    /** Waits until the driver has everything back, or the time is over. */
    void awaitEnd(long nanos) {
        DriverThreads.awaited(ended, nanos);
    }

    /**
     * It takes over.
     *
     * @throws NrtException when it was refused or withdrawn before
     */
    void succeed() {
        if (!outcome.complete(null)) {
            throw overdue();
        }
    }

    /** {@return why the driver is refused, or null when it has taken over} */
    NrtException perform() {
        try {
            Errands.start("glia-trial-" + architecture, this::run);
        } catch (OutOfMemoryError noThread) {
            ended.countDown();
            return new NrtException(
                    NrtStatus.NRT_RESOURCE, "there can be no thread to try it", noThread);
        }
        while (true) {
            try {
                outcome.get(LOOK_NANOS, TimeUnit.NANOSECONDS);
                return null;
            } catch (TimeoutException unknown) {
                if (isOverdue()) {
                    outcome.completeExceptionally(failure == null ? overdue() : failure);
                    cancelRun();
                }
            } catch (ExecutionException refused) {
                return (NrtException) refused.getCause();
            } catch (InterruptedException foreign) {
                withdraw();
            }
        }
    }

    /** Again and again, as a run may just begin; on a thread of its own, as this may hang, too. */
    private void cancelRun() {
        Invocation hangs = running;
        if (hangs != null) {
            Errands.start("glia-cancel-" + architecture, () -> cancel(hangs));
        }
    }

    private void cancel(Invocation hangs) {
        long start = System.nanoTime();
        while (running == hangs && System.nanoTime() - start < patience.cancelNanos()) {
            hangs.cancel();
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void runs(Invocation invocation) {
        running = invocation;
        if (invocation != null && outcome.isDone()) {
            throw overdue();
        }
    }

    private void run() {
        var revision = new Revision(candidate);
        try {
            qualify(revision);
            begin("serve", UNLIMITED_LOAD_NANOS);
        } catch (RuntimeException | Error thrown) {
            failure = reason(thrown);
            begin("take its cores and models back", patience.openNanos());
            revision.discard(patience);
            outcome.completeExceptionally(failure);
        } finally {
            carried.forEach(model -> model.neff().release());
            ended.countDown();
        }
    }

    private void qualify(Revision revision) {
        prepare(revision);
        Collection<CoreModel> missing = List.copyOf(workload.models());
        int round = 0;
        do {
            for (CoreModel model : missing) {
                dropUnloaded(dead -> giveBack(dead, revision));
                carryOver(model, revision);
            }
            missing = slot.takeOver(this, revision, ++round >= OPEN_ROUNDS);
        } while (!missing.isEmpty());
        // It serves by now, whatever it does.
        dropUnloaded(model -> revision.unload(model, patience));
    }

    private void prepare(Revision revision) {
        DeviceDriver driver = candidate.driver();
        if (driver == null) {
            throw refused("it could not be made: its constructor failed, or it left");
        }
        step("tell its architecture", patience.openNanos());
        String name = driver.architecture().name();
        if (!name.equals(architecture)) {
            throw refused(
                    "it is registered for %s and drives %s; the service property must be its name"
                            .formatted(architecture, name));
        }
        if (!candidate.origin().declared().contains(architecture)) {
            throw refused(
                    "its bundle does not provide the capability dev.glia.driver for %s; put"
                                    .formatted(architecture)
                            + " @NeuronDriver on the component");
        }
        for (CoreAddress core : workload.cores()) {
            step("open " + core, patience.openNanos());
            revision.open(driver, core);
        }
    }

    private void carryOver(CoreModel model, Revision revision) {
        if (!model.neff().tryRetain()) {
            return; // It is being unloaded.
        }
        Seat seat = revision.seat(model.core().index());
        carried.add(model);
        long limit =
                model.loadTimeoutNanos() == 0 ? UNLIMITED_LOAD_NANOS : model.loadTimeoutNanos();
        step("load model " + model.label() + " on " + core(model), limit);
        var loaded = seat.loadHere(model);
        step("give way to the serving driver", UNLIMITED_LOAD_NANOS);
        model.selfTest().learn(slot, patience.testNanos());
        step("answer with model " + model.label() + " on " + core(model), patience.testNanos());
        model.selfTest().check(loaded, this::runs);
    }

    private static String core(CoreModel model) {
        return "NeuronCore " + model.core().index();
    }

    /** What was unloaded while it was carried over is not kept to the end. */
    private void dropUnloaded(Consumer<CoreModel> drop) {
        for (Iterator<CoreModel> all = carried.iterator(); all.hasNext(); ) {
            CoreModel model = all.next();
            if (!workload.models().contains(model)) {
                drop.accept(model);
                all.remove();
                model.neff().release();
            }
        }
    }

    private void giveBack(CoreModel model, Revision revision) {
        step("take model " + model.label() + " back from " + core(model), patience.openNanos());
        revision.seat(model.core().index()).unloadHere(model);
    }

    private void step(String what, long limitNanos) {
        if (outcome.isDone()) {
            throw overdue();
        }
        begin(what, limitNanos);
    }

    private void begin(String what, long limitNanos) {
        long now = System.nanoTime();
        Step done = step;
        step = new Step(what, limitNanos, now + limitNanos);
        if (done != null) {
            LOG.debug(
                    "{} for {}: {}: after {} us, now: {}",
                    candidate,
                    architecture,
                    done.what(),
                    TimeUnit.NANOSECONDS.toMicros(now - done.deadlineNanos() + done.limitNanos()),
                    what);
        }
    }

    private boolean isOverdue() {
        long now = System.nanoTime();
        return now - step.deadlineNanos() >= 0 || failure == null && now - start >= limitNanos;
    }

    private NrtException overdue() {
        Step hung = step;
        boolean hangs = System.nanoTime() - hung.deadlineNanos() >= 0;
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                (hangs
                                ? "it hangs: it was to "
                                : "all its steps together take too long: it was to ")
                        + hung.what()
                        + ", and has not done so after "
                        + TimeUnit.NANOSECONDS.toMillis(hangs ? hung.limitNanos() : limitNanos)
                        + " ms");
    }

    private static NrtException refused(String why) {
        return new NrtException(NrtStatus.NRT_INVALID, why);
    }

    private NrtException reason(Throwable thrown) {
        return thrown instanceof NrtException known
                ? known
                : new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "it failed to " + step.what() + ": " + thrown,
                        thrown);
    }
}

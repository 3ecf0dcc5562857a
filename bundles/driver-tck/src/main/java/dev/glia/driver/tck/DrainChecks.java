package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.onlyIf;
import static dev.glia.driver.tck.Trial.refused;
import static dev.glia.driver.tck.Trial.require;

import dev.glia.device.CoreAddress;
import dev.glia.device.DeviceDriver;
import dev.glia.device.LoadedModel;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.framework.Bundle;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/** Requests that do not end, and drivers that have to go. */
final class DrainChecks {
    static final List<Check> ALL =
            List.of(
                    check(
                            "cancel.ends-run",
                            "DRV-43",
                            "a cancelled run ends soon with NRT_TIMEOUT",
                            DrainChecks::cancelEndsRun),
                    check(
                            "cancel.usable",
                            "DRV-45",
                            "a binding runs again after it was cancelled",
                            DrainChecks::usableAfterCancel),
                    check(
                            "cancel.only-its-own",
                            "DRV-43",
                            "cancel() ends the run of its own binding only",
                            DrainChecks::onlyItsOwn),
                    check(
                            "cancel.again-and-again",
                            "DRV-43",
                            "each of 20 runs of a binding can be cancelled",
                            DrainChecks::againAndAgain),
                    check(
                            "cancel.at-once",
                            "DRV-44",
                            "cancel() returns at once, also when the run does not listen",
                            DrainChecks::cancelReturns),
                    check(
                            "hang.other-core",
                            "DRV-46",
                            "while a core hangs, another one opens, loads and runs",
                            DrainChecks::otherCore),
                    check(
                            "hang.facts",
                            "DRV-20",
                            "while a core hangs, architecture() and devices() answer",
                            DrainChecks::factsWhileHanging),
                    check(
                            "hang.loading",
                            "DRV-46",
                            "while a load hangs on a core, another core loads and runs",
                            DrainChecks::loadHangs),
                    check(
                            "hang.bind",
                            "DRV-46",
                            "while a core runs, the next request is bound",
                            DrainChecks::bindWhileRunning),
                    check(
                            "drain.stop",
                            "DRV-10",
                            "after everything was closed the bundle stops",
                            DrainChecks::stopAfterWork),
                    check(
                            "drain.stop-open",
                            "DRV-10",
                            "the bundle stops also while a core is open, which closes later without"
                                    + " a word",
                            DrainChecks::stopWhileOpen),
                    check(
                            "drain.side-by-side",
                            "DRV-11",
                            "a run on the old revision ends while the new one works",
                            DrainChecks::sideBySide));

    private DrainChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.DRAIN, id, requirement, text, body);
    }

    /**
     * Starts a run that does not end by itself, and waits until it runs: in the kit's engine, or,
     * of a driver that computes by its own means, until it is called.
     */
    private static FutureTask<NrtStatus> spin(Trial trial, Bound bound) {
        bound.fill(1);
        KitEngine engine = trial.engine();
        int before = engine.runs();
        var begun = new CountDownLatch(1);
        FutureTask<NrtStatus> run =
                trial.start(
                        () -> {
                            begun.countDown();
                            return bound.run();
                        });
        trial.awaitTrue(
                "a run beginning",
                () ->
                        engine.loads() > 0
                                ? engine.runs() > before || run.isDone()
                                : begun.getCount() == 0);
        return run;
    }

    /** Cancels until the run has ended: it may not have begun when it was cancelled first. */
    private static void cancel(Trial trial, Bound bound, FutureTask<NrtStatus> run) {
        trial.awaitTrue(
                "a run ending after it was cancelled",
                () -> {
                    bound.invocation().cancel();
                    return run.isDone();
                });
        refused("a run that was cancelled", () -> trial.get("it", run), NrtStatus.NRT_TIMEOUT);
    }

    private static void cancelEndsRun(Trial trial) throws Exception {
        Bound bound = trial.spinning();
        cancel(trial, bound, spin(trial, bound));
    }

    private static void usableAfterCancel(Trial trial) throws Exception {
        Bound bound = trial.spinning();
        cancel(trial, bound, spin(trial, bound));
        requireStill(trial, bound);
    }

    private static void requireStill(Trial trial, Bound bound) throws Exception {
        bound.fill(-3);
        NrtStatus status = trial.inTime("the next run", bound::run);
        require(status == NrtStatus.NRT_SUCCESS, "the next run returned " + status);
        require(bound.output()[3] == -3, "the next run answered " + bound.output()[3]);
    }

    private static void onlyItsOwn(Trial trial) throws Exception {
        List<CoreAddress> cores = trial.cores();
        onlyIf(cores.size() > 1, "there is one core only");
        Bound other = trial.bind(trial.load(trial.open(cores.get(1)), trial.spin()));
        FutureTask<NrtStatus> runsOn = spin(trial, other);
        Bound bound = trial.spinning();
        cancel(trial, bound, spin(trial, bound));
        requireUntouched(trial, other, runsOn, "a run ended although another one was cancelled");
    }

    /**
     * Requires that a run goes on, and ends it. Of the kit's engine it must end well; of a driver
     * that computes by its own means nobody knows how long it takes to end what it should not.
     */
    private static void requireUntouched(
            Trial trial, Bound bound, FutureTask<NrtStatus> run, String otherwise)
            throws Exception {
        require(!run.isDone(), otherwise);
        if (trial.engine().loads() == 0) {
            cancel(trial, bound, run);
            return;
        }
        trial.engine().finish();
        try {
            NrtStatus status = trial.get("a run ending by itself", run);
            require(status == NrtStatus.NRT_SUCCESS, "a run that nobody cancelled gave " + status);
        } catch (NrtException cancelled) {
            throw new AssertionError(otherwise, cancelled);
        }
    }

    private static void againAndAgain(Trial trial) throws Exception {
        Bound bound = trial.spinning();
        for (int i = 0; i < 20; i++) {
            cancel(trial, bound, spin(trial, bound));
            requireStill(trial, bound);
        }
    }

    private static void cancelReturns(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        trial.engine().deaf(true);
        Bound bound = trial.spinning();
        FutureTask<NrtStatus> run = spin(trial, bound);
        trial.inTime(
                "cancel() returning",
                () -> {
                    bound.invocation().cancel();
                    return null;
                });
        require(!run.isDone(), "the run ended although nothing it builds on ended");
        trial.engine().deaf(false);
        cancel(trial, bound, run);
    }

    private static void otherCore(Trial trial) throws Exception {
        List<CoreAddress> cores = trial.cores();
        onlyIf(cores.size() > 1, "there is one core only");
        Bound bound = trial.spinning();
        FutureTask<NrtStatus> run = spin(trial, bound);
        trial.inTime(
                "a run on another core",
                () -> {
                    trial.requireAnswer(
                            trial.bind(trial.load(trial.open(cores.get(1)), trial.scale())), 1);
                    return null;
                });
        cancel(trial, bound, run);
    }

    private static void factsWhileHanging(Trial trial) throws Exception {
        Bound bound = trial.spinning();
        FutureTask<NrtStatus> run = spin(trial, bound);
        DeviceDriver driver = trial.driver();
        trial.inTime("architecture() answering", driver::architecture);
        trial.inTime("devices() answering", driver::devices);
        trial.inTime("instances() answering", driver::instances);
        cancel(trial, bound, run);
    }

    private static void loadHangs(Trial trial) throws Exception {
        List<CoreAddress> cores = trial.cores();
        onlyIf(cores.size() > 1, "there is one core only");
        trial.onlyIfEngineIsUsed();
        var core = trial.open();
        var other = trial.open(cores.get(1));
        var entered = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        trial.engine()
                .onLoad(
                        () -> {
                            if (entered.getCount() > 0) {
                                entered.countDown();
                                awaitUninterruptibly(go);
                            }
                        });
        FutureTask<LoadedModel> hangs = trial.start(() -> trial.load(core, trial.scale()));
        try {
            trial.awaitTrue("the load reaching the engine", () -> entered.getCount() == 0);
            trial.inTime(
                    "a load on another core",
                    () -> {
                        trial.requireAnswer(trial.bind(trial.load(other, trial.scale())), 1);
                        return null;
                    });
        } finally {
            go.countDown();
        }
        trial.get("the load that was held up", hangs);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private static void bindWhileRunning(Trial trial) throws Exception {
        LoadedModel model = trial.load(trial.open(), trial.spin());
        Bound bound = trial.bind(model);
        FutureTask<NrtStatus> run = spin(trial, bound);
        trial.inTime("a binding while a run of the same model goes on", () -> trial.bind(model));
        cancel(trial, bound, run);
    }

    private static void stopAfterWork(Trial trial) throws Exception {
        var core = trial.open();
        LoadedModel model = trial.load(core, trial.scale());
        Bound bound = trial.bind(model);
        trial.requireAnswer(bound, 1);
        trial.closeNow(bound.invocation());
        trial.closeNow(model);
        trial.closeNow(core);
        stop(trial, trial.bundle());
    }

    private static void stop(Trial trial, Bundle bundle) throws Exception {
        trial.inTime(
                "the stop of the bundle",
                () -> {
                    bundle.stop();
                    return null;
                });
    }

    private static void stopWhileOpen(Trial trial) throws Exception {
        trial.requireAnswer(trial.scaling(), 1);
        stop(trial, trial.bundle());
        // What is open is closed behind the check; whatever throws then fails it.
    }

    private static void sideBySide(Trial trial) throws Exception {
        Bound old = trial.spinning();
        FutureTask<NrtStatus> run = spin(trial, old);
        Bundle next = trial.install();
        next.start();
        DeviceDriver driver = trial.await(next);
        try (var core = driver.open(trial.cores().getFirst());
                LoadedModel model = core.load(trial.scale(), trial.plain())) {
            Bound bound = trial.bind(model);
            trial.requireAnswer(bound, 1);
            trial.closeNow(bound.invocation());
        }
        requireUntouched(
                trial, old, run, "the run on the old revision ended when the new one came");
    }
}

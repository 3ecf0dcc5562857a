package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.require;

import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.LoadedModel;

import org.osgi.framework.Bundle;

import java.io.ByteArrayInputStream;
import java.util.List;

/** Coming and going, a hundred times. */
final class LifecycleChecks {
    static final List<Check> ALL =
            List.of(
                    check(
                            "lifecycle.restart",
                            "DRV-10",
                            "the bundle stops and starts again and again; its service goes and"
                                    + " comes with it",
                            LifecycleChecks::restart),
                    check(
                            "lifecycle.restart-works",
                            "DRV-10",
                            "each time it works",
                            LifecycleChecks::restartWorks),
                    check(
                            "lifecycle.update",
                            "DRV-11",
                            "it is updated again and again, and works",
                            LifecycleChecks::update),
                    check(
                            "lifecycle.reinstall",
                            "DRV-11",
                            "it is installed and uninstalled again and again",
                            LifecycleChecks::reinstall),
                    check(
                            "lifecycle.reopen",
                            "DRV-31",
                            "a core is opened and closed again and again",
                            LifecycleChecks::reopen),
                    check(
                            "lifecycle.reload",
                            "DRV-40",
                            "a model is loaded and closed again and again",
                            LifecycleChecks::reload),
                    check(
                            "lifecycle.rebind",
                            "DRV-48",
                            "a binding is made and closed again and again",
                            LifecycleChecks::rebind),
                    check(
                            "lifecycle.comes-back",
                            "DRV-49",
                            "it goes and comes back with what it builds on",
                            LifecycleChecks::comesBack));

    private LifecycleChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.LIFECYCLE, id, requirement, text, body);
    }

    private static void restart(Trial trial) throws Exception {
        Bundle bundle = trial.bundle();
        for (int i = 0; i < trial.rounds(); i++) {
            bundle.stop();
            require(
                    trial.driverReferences(bundle).isEmpty(),
                    "stopped for the " + (i + 1) + ". time, its service is still there");
            bundle.start();
            DeviceDriver driver = trial.await(bundle);
            require(
                    !driver.devices().isEmpty(),
                    "started for the " + (i + 1) + ". time, it has no devices");
        }
    }

    private static void restartWorks(Trial trial) throws Exception {
        Bundle bundle = trial.bundle();
        for (int i = 0; i < Math.max(1, trial.rounds() / 10); i++) {
            bundle.stop();
            bundle.start();
            work(trial, trial.await(bundle), i);
        }
    }

    /** Opens, loads, runs and closes, with a driver that is not the trial's first. */
    private static void work(Trial trial, DeviceDriver driver, int seed) throws Exception {
        try (CoreSession core = driver.open(trial.cores().getFirst());
                LoadedModel model = core.load(trial.scale(), trial.plain())) {
            Bound bound = trial.bind(model);
            trial.requireAnswer(bound, seed);
            trial.closeNow(bound.invocation());
        }
    }

    private static void update(Trial trial) throws Exception {
        Bundle bundle = trial.bundle();
        for (int i = 0; i < Math.max(1, trial.rounds() / 10); i++) {
            bundle.update(new ByteArrayInputStream(trial.subject().bytes()));
            work(trial, trial.await(bundle), i);
        }
    }

    private static void reinstall(Trial trial) throws Exception {
        trial.provide();
        for (int i = 0; i < trial.rounds(); i++) {
            Bundle bundle = trial.install();
            bundle.start();
            trial.await(bundle);
            bundle.uninstall();
        }
    }

    private static void reopen(Trial trial) throws Exception {
        for (int i = 0; i < trial.rounds(); i++) {
            trial.closeNow(trial.open());
        }
        trial.requireAnswer(trial.scaling(), 1);
    }

    private static void reload(Trial trial) throws Exception {
        CoreSession core = trial.open();
        for (int i = 0; i < trial.rounds(); i++) {
            trial.closeNow(trial.load(core, trial.scale()));
        }
        trial.requireAnswer(trial.bind(trial.load(core, trial.scale())), 1);
    }

    private static void rebind(Trial trial) throws Exception {
        LoadedModel model = trial.load(trial.open(), trial.scale());
        for (int i = 0; i < trial.rounds(); i++) {
            Bound bound = trial.bind(model);
            trial.requireAnswer(bound, i);
            trial.closeNow(bound.invocation());
        }
    }

    private static void comesBack(Trial trial) throws Exception {
        Bundle bundle = trial.bundle();
        for (int i = 0; i < 3; i++) {
            trial.withdraw();
            trial.provide();
            work(trial, trial.await(bundle), i);
        }
    }
}

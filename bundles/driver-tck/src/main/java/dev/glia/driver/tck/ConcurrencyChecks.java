package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.require;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.LoadedModel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

/** What is right one after the other must be right many at once. */
final class ConcurrencyChecks {
    private static final int THREADS = 8;
    private static final int RUNS = 200;

    static final List<Check> ALL =
            List.of(
                    check(
                            "threads.cores",
                            "DRV-17",
                            "all cores run at once, and each answers for itself",
                            ConcurrencyChecks::cores),
                    check(
                            "threads.open",
                            "DRV-17",
                            "cores are opened by several threads at once",
                            ConcurrencyChecks::open),
                    check(
                            "threads.load",
                            "DRV-33",
                            "a core takes several models at once",
                            ConcurrencyChecks::load),
                    check(
                            "threads.bind",
                            "DRV-39",
                            "a model is bound by several threads at once",
                            ConcurrencyChecks::bind),
                    check(
                            "threads.bindings",
                            "DRV-39",
                            "bindings of one model on one core run one after the other, in any"
                                    + " thread",
                            ConcurrencyChecks::bindings),
                    check(
                            "threads.facts",
                            "DRV-17",
                            "architecture() and devices() answer while cores run",
                            ConcurrencyChecks::facts),
                    check(
                            "threads.hand-over",
                            "DRV-17",
                            "each call may come from another thread",
                            ConcurrencyChecks::handOver),
                    check(
                            "threads.virtual",
                            "DRV-17",
                            "virtual threads load and run",
                            ConcurrencyChecks::virtual),
                    check(
                            "threads.no-loader",
                            "DRV-17",
                            "it does not rely on the class loader of the thread",
                            ConcurrencyChecks::noLoader),
                    check(
                            "threads.interrupted",
                            "DRV-47",
                            "an interrupt neither spoils an answer nor the binding",
                            ConcurrencyChecks::interrupted));

    private ConcurrencyChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.CONCURRENCY, id, requirement, text, body);
    }

    private static void cores(Trial trial) throws Exception {
        List<CoreAddress> cores = trial.cores().stream().limit(THREADS).toList();
        List<Bound> bindings = new ArrayList<>();
        for (CoreAddress core : cores) {
            bindings.add(trial.bind(trial.load(trial.open(core), trial.scale())));
        }
        trial.together(
                bindings.size(),
                i ->
                        () -> {
                            for (int run = 0; run < RUNS; run++) {
                                trial.requireAnswer(bindings.get(i), i * RUNS + run);
                            }
                            return null;
                        });
    }

    private static void open(Trial trial) throws Exception {
        List<CoreAddress> cores = trial.cores().stream().limit(THREADS).toList();
        trial.together(
                cores.size(),
                i ->
                        () -> {
                            trial.requireAnswer(
                                    trial.bind(trial.load(trial.open(cores.get(i)), trial.scale())),
                                    i);
                            return null;
                        });
    }

    private static void load(Trial trial) throws Exception {
        CoreSession core = trial.open();
        List<Bound> bindings = Collections.synchronizedList(new ArrayList<>());
        trial.together(
                THREADS,
                i ->
                        () -> {
                            bindings.add(trial.bind(trial.load(core, trial.scale())));
                            return null;
                        });
        for (int i = 0; i < bindings.size(); i++) {
            trial.requireAnswer(bindings.get(i), i);
        }
    }

    private static void bind(Trial trial) throws Exception {
        LoadedModel model = trial.load(trial.open(), trial.scale());
        List<Bound> bindings = Collections.synchronizedList(new ArrayList<>());
        trial.together(
                THREADS,
                i ->
                        () -> {
                            for (int n = 0; n < 20; n++) {
                                bindings.add(trial.bind(model));
                            }
                            return null;
                        });
        for (int i = 0; i < bindings.size(); i++) {
            trial.requireAnswer(bindings.get(i), i);
        }
    }

    private static void bindings(Trial trial) throws Exception {
        LoadedModel model = trial.load(trial.open(), trial.scale());
        List<Bound> bindings = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            bindings.add(trial.bind(model));
        }
        var lane = new Object();
        trial.together(
                THREADS,
                i ->
                        () -> {
                            for (int run = 0; run < RUNS; run++) {
                                synchronized (lane) {
                                    trial.requireAnswer(bindings.get(i), run);
                                }
                            }
                            return null;
                        });
    }

    private static void facts(Trial trial) throws Exception {
        Bound bound = trial.scaling();
        DeviceDriver driver = trial.driver();
        Architecture facts = driver.architecture();
        int devices = driver.devices().size();
        var over = new AtomicBoolean();
        trial.together(
                THREADS,
                i ->
                        () -> {
                            if (i == 0) {
                                runMany(trial, bound, over);
                            }
                            while (!over.get()) {
                                require(
                                        driver.architecture().equals(facts),
                                        "the facts changed while a core ran");
                                require(
                                        driver.devices().size() == devices,
                                        "the devices changed while a core ran");
                            }
                            return null;
                        });
    }

    private static void runMany(Trial trial, Bound bound, AtomicBoolean over) {
        try {
            for (int run = 0; run < RUNS; run++) {
                trial.requireAnswer(bound, run);
            }
        } finally {
            over.set(true);
        }
    }

    private static void handOver(Trial trial) throws Exception {
        trial.driver();
        CoreSession core = trial.inTime("a core opening", () -> trial.open());
        LoadedModel model = trial.inTime("a model loading", () -> trial.load(core, trial.scale()));
        Bound bound = trial.inTime("a binding", () -> trial.bind(model));
        for (int i = 0; i < 10; i++) {
            int seed = i;
            trial.inTime(
                    "a run",
                    () -> {
                        trial.requireAnswer(bound, seed);
                        return null;
                    });
        }
        trial.inTime("closing", () -> close(trial, bound, model, core));
    }

    private static Void close(Trial trial, Bound bound, LoadedModel model, CoreSession core)
            throws Exception {
        trial.closeNow(bound.invocation());
        trial.closeNow(model);
        trial.closeNow(core);
        return null;
    }

    private static void virtual(Trial trial) throws Exception {
        List<CoreAddress> cores = trial.cores().stream().limit(THREADS).toList();
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (CoreAddress core : cores) {
            var task =
                    new FutureTask<Void>(
                            () -> {
                                Bound bound =
                                        trial.bind(trial.load(trial.open(core), trial.scale()));
                                for (int run = 0; run < RUNS; run++) {
                                    trial.requireAnswer(bound, run);
                                }
                                return null;
                            });
            tasks.add(task);
            Thread.ofVirtual().name(Trial.THREADS + "virtual").start(task);
        }
        for (FutureTask<Void> task : tasks) {
            trial.get("a virtual thread ending", task);
        }
    }

    private static void noLoader(Trial trial) throws Exception {
        trial.driver();
        trial.inTime(
                "a run in a thread without class loader",
                () -> {
                    Thread.currentThread().setContextClassLoader(null);
                    trial.requireAnswer(trial.scaling(), 1);
                    return null;
                });
    }

    private static void interrupted(Trial trial) throws Exception {
        Bound bound = trial.scaling();
        trial.requireAnswer(bound, 1);
        trial.inTime(
                "a run in a thread that was interrupted",
                () -> {
                    Thread.currentThread().interrupt();
                    trial.requireAnswer(bound, 2);
                    return null;
                });
        trial.requireAnswer(bound, 3);
    }
}

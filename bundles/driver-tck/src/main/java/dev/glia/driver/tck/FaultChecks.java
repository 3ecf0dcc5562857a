package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.refused;
import static dev.glia.driver.tck.Trial.require;

import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.LoadedModel;
import dev.glia.device.MachineInfo;
import dev.glia.device.MemoryUsage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.List;
import java.util.function.Supplier;

/** What a driver builds on fails: it says so, loses nothing, and works again when that works. */
final class FaultChecks {
    static final List<Check> ALL =
            List.of(
                    check(
                            "faults.machine",
                            "DRV-30",
                            "the failure of the machine is passed on by devices()",
                            FaultChecks::machine),
                    check(
                            "faults.machine-again",
                            "DRV-30",
                            "it works when the machine does again",
                            FaultChecks::machineAgain),
                    check(
                            "faults.load",
                            "DRV-42",
                            "the status of a load that fails is passed on",
                            FaultChecks::load),
                    check(
                            "faults.load-again",
                            "DRV-45",
                            "after a load that failed the next one works, and nothing is kept",
                            FaultChecks::loadAgain),
                    check(
                            "faults.load-crash",
                            "DRV-45",
                            "after a load that failed unexpectedly the next one works",
                            FaultChecks::loadCrash),
                    check(
                            "faults.bind",
                            "DRV-42",
                            "the status of a binding that fails is passed on",
                            FaultChecks::bind),
                    check(
                            "faults.bind-again",
                            "DRV-45",
                            "after a binding that failed the next one works, and nothing is kept",
                            FaultChecks::bindAgain),
                    check(
                            "faults.run",
                            "DRV-42",
                            "the status of a run that fails is passed on, whichever it is",
                            FaultChecks::run),
                    check(
                            "faults.run-again",
                            "DRV-45",
                            "after a run that failed the next one works",
                            FaultChecks::runAgain),
                    check(
                            "faults.numerical",
                            "DRV-42",
                            "NRT_EXEC_COMPLETED_WITH_NUM_ERR is returned as it is",
                            FaultChecks::numerical));

    private static final List<NrtStatus> STATUSES =
            List.of(
                    NrtStatus.NRT_FAILURE,
                    NrtStatus.NRT_RESOURCE,
                    NrtStatus.NRT_EXEC_BAD_INPUT,
                    NrtStatus.NRT_EXEC_HW_ERR_NC_UE);

    private FaultChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.FAULTS, id, requirement, text, body);
    }

    private static <T> Supplier<T> failing(NrtStatus status) {
        return () -> {
            throw new NrtException(status, "the kit lets this fail with " + status);
        };
    }

    private static void machine(Trial trial) throws Exception {
        DeviceDriver driver = trial.driver();
        trial.machine().answer(FaultChecks.<MachineInfo>failing(NrtStatus.NRT_HW_ERROR));
        refused("devices() of a machine that fails", driver::devices, NrtStatus.NRT_HW_ERROR);
    }

    private static void machineAgain(Trial trial) throws Exception {
        DeviceDriver driver = trial.driver();
        MachineInfo info = trial.machine().info();
        trial.machine().answer(FaultChecks.<MachineInfo>failing(NrtStatus.NRT_HW_ERROR));
        try {
            driver.devices();
        } catch (NrtException expected) {
            // The check before this one looks at it.
        }
        trial.machine().answer(() -> info);
        require(driver.devices().equals(info.devices()), "devices() lists " + driver.devices());
        trial.requireAnswer(trial.scaling(), 1);
    }

    private static void load(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        CoreSession core = trial.open();
        for (NrtStatus status : List.of(NrtStatus.NRT_RESOURCE, NrtStatus.NRT_INVALID)) {
            trial.engine().onLoad(() -> failing(status).get());
            refused("a load", () -> core.load(trial.scale(), trial.plain()), status);
        }
    }

    private static void loadAgain(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        CoreSession core = trial.open();
        MemoryUsage before = core.memory();
        trial.engine().onLoad(() -> failing(NrtStatus.NRT_RESOURCE).get());
        for (int i = 0; i < 5; i++) {
            refused(
                    "a load",
                    () -> core.load(trial.scale(), trial.plain()),
                    NrtStatus.NRT_RESOURCE);
        }
        trial.engine().onLoad(KitEngine.NOTHING);
        requireSame(before, core.memory());
        trial.requireAnswer(trial.bind(trial.load(core, trial.scale())), 1);
    }

    private static void requireSame(MemoryUsage before, MemoryUsage after) {
        require(
                before.deviceTotal() == after.deviceTotal(),
                "%s bytes were in use before the failures, %s are now"
                        .formatted(before.deviceTotal(), after.deviceTotal()));
    }

    private static void loadCrash(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        CoreSession core = trial.open();
        MemoryUsage before = core.memory();
        trial.engine()
                .onLoad(
                        () -> {
                            throw new IllegalStateException("the kit lets the engine crash");
                        });
        boolean thrown = false;
        try {
            core.load(trial.scale(), trial.plain());
        } catch (RuntimeException expected) {
            thrown = true;
        }
        require(thrown, "the engine crashed, and load() returned");
        trial.engine().onLoad(KitEngine.NOTHING);
        requireSame(before, core.memory());
        trial.requireAnswer(trial.bind(trial.load(core, trial.scale())), 1);
    }

    private static void bind(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        LoadedModel model = trial.load(trial.open(), trial.scale());
        trial.engine().onBind(() -> failing(NrtStatus.NRT_RESOURCE).get());
        refused("a binding", () -> trial.bind(model), NrtStatus.NRT_RESOURCE);
    }

    private static void bindAgain(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        CoreSession core = trial.open();
        LoadedModel model = trial.load(core, trial.scale());
        MemoryUsage before = core.memory();
        trial.engine().onBind(() -> failing(NrtStatus.NRT_RESOURCE).get());
        for (int i = 0; i < 5; i++) {
            refused("a binding", () -> trial.bind(model), NrtStatus.NRT_RESOURCE);
        }
        trial.engine().onBind(KitEngine.NOTHING);
        requireSame(before, core.memory());
        trial.requireAnswer(trial.bind(model), 1);
    }

    private static void run(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        for (NrtStatus status : STATUSES) {
            trial.engine().onRun(() -> NrtStatus.NRT_SUCCESS);
            // A core may stay out of service after a failure of its hardware: each gets its own.
            CoreSession core = trial.open();
            LoadedModel model = trial.load(core, trial.scale());
            Bound bound = trial.bind(model);
            trial.engine().onRun(failing(status));
            refused("a run", bound::run, status);
            trial.closeNow(bound.invocation());
            trial.closeNow(model);
            trial.closeNow(core);
        }
    }

    private static void runAgain(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        Bound bound = trial.scaling();
        trial.engine().onRun(failing(NrtStatus.NRT_EXEC_BAD_INPUT));
        for (int i = 0; i < 5; i++) {
            refused("a run", bound::run, NrtStatus.NRT_EXEC_BAD_INPUT);
        }
        trial.engine().onRun(() -> NrtStatus.NRT_SUCCESS);
        trial.requireAnswer(bound, 1);
    }

    private static void numerical(Trial trial) throws Exception {
        trial.onlyIfEngineIsUsed();
        Bound bound = trial.scaling();
        trial.engine().onRun(() -> NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR);
        NrtStatus status = bound.run();
        require(
                status == NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR,
                "the engine returned NRT_EXEC_COMPLETED_WITH_NUM_ERR, run() returned " + status);
    }
}

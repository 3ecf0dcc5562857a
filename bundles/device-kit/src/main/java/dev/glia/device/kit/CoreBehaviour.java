package dev.glia.device.kit;

import dev.glia.device.CoreAddress;
import dev.glia.device.Emulation;
import dev.glia.device.EmulationRules;
import dev.glia.device.EmulationRules.Fault;
import dev.glia.device.EmulationRules.Kind;
import dev.glia.device.EmulationRules.Pace;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Remedy;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * How one emulated core behaves beyond computing: the counts of its rules, and whether a fault has
 * broken it. A new session begins anew.
 */
final class CoreBehaviour {

    private static final Logger LOG =
            LoggerFactory.getLogger("TDRV.exec_consume_infer_status_notifications");

    private static final Trigger[] NOTHING = {};

    private final Emulation emulation;
    private final CoreAddress core;
    private final Map<Fault, Trigger> triggers = new ConcurrentHashMap<>();
    private final Map<Pace, Pacing> pacings = new ConcurrentHashMap<>();

    /** The status that broke the core, or null while it works. */
    private volatile NrtStatus broken;

    /**
     * What the executions of a model have to look at.
     *
     * @param pacing how long they take, or null for as long as they compute
     * @param faults what may go wrong, in the order of the rules
     * @param breakable whether a fault of any model may break the core
     */
    record Executions(Pacing pacing, Trigger[] faults, boolean breakable) {

        /** {@return whether there is nothing to do but compute} */
        boolean plain() {
            return pacing == null && faults.length == 0 && !breakable;
        }

        /** {@return whether a run may ignore that it is cancelled} */
        boolean mayGetStuck() {
            return Stream.of(faults).anyMatch(fault -> fault.kind() instanceof Kind.Stuck);
        }

        /**
         * {@return what goes wrong with the execution that begins now, or null} Each rule counts
         * each execution, also when another one comes first.
         */
        Kind next() {
            Kind first = null;
            for (Trigger fault : faults) {
                if (fault.isDue() && first == null) {
                    first = fault.kind();
                }
            }
            return first;
        }
    }

    CoreBehaviour(Emulation emulation, CoreAddress core) {
        this.emulation = emulation;
        this.core = core;
    }

    CoreAddress core() {
        return core;
    }

    /** {@return the rules for the executions of a model from now on} */
    Executions executions(String model) {
        EmulationRules rules = emulation.rules();
        Optional<Pace> pace = rules.pace(model, core.index());
        Trigger[] faults =
                rules.faults().stream()
                        .filter(fault -> ofExecutions(fault.kind()))
                        .filter(fault -> fault.target().matches(model, core.index()))
                        .distinct()
                        .map(this::trigger)
                        .toArray(Trigger[]::new);
        boolean breakable =
                broken != null
                        || rules.faults().stream()
                                .filter(fault -> fault.target().onCore(core.index()))
                                .anyMatch(fault -> breaks(fault.kind()));
        return new Executions(
                pace.map(rule -> pacings.computeIfAbsent(rule, _ -> new Pacing(rule, core.index())))
                        .orElse(null),
                faults.length == 0 ? NOTHING : faults,
                breakable);
    }

    private Trigger trigger(Fault fault) {
        return triggers.computeIfAbsent(fault, rule -> new Trigger(rule, core.index()));
    }

    private static boolean ofExecutions(Kind kind) {
        return kind instanceof Kind.Hang
                || kind instanceof Kind.Stuck
                || kind instanceof Kind.Status;
    }

    private static boolean breaks(Kind kind) {
        return kind instanceof Kind.Status(NrtStatus status) && breaks(status);
    }

    private static boolean breaks(NrtStatus status) {
        return status.remedy() == Remedy.QUARANTINE_CORE
                || status.remedy() == Remedy.RESTART_RUNTIME;
    }

    /**
     * Lets a load of a model be slow or fail.
     *
     * @throws NrtException NRT_RESOURCE, or the status that the core is broken with
     */
    void beforeLoad(ModelImage model) {
        requireWorking(model.label());
        for (Fault fault : emulation.rules().faults()) {
            boolean load =
                    fault.kind() instanceof Kind.SlowLoad
                            || fault.kind() instanceof Kind.LoadOutOfMemory;
            if (load
                    && fault.target().matches(model.name(), core.index())
                    && trigger(fault).isDue()) {
                if (!(fault.kind() instanceof Kind.SlowLoad(Duration time))) {
                    throw FaultMessages.outOfMemory("model code", model.label(), core);
                }
                waitForLoad(model.label(), time);
            }
        }
    }

    private void waitForLoad(String model, Duration time) {
        long start = System.nanoTime();
        long left = time.toNanos();
        while (left > 0) {
            LockSupport.parkNanos(this, left);
            if (Thread.currentThread().isInterrupted()) {
                throw new NrtException(
                        NrtStatus.NRT_TIMEOUT,
                        "the slow load of model "
                                + model
                                + " on "
                                + core
                                + " was interrupted"
                                + FaultMessages.EMULATED);
            }
            left = time.toNanos() - (System.nanoTime() - start);
        }
    }

    /**
     * Lets a binding of tensors fail.
     *
     * @throws NrtException NRT_RESOURCE
     */
    void beforeBind(ModelImage model) {
        for (Fault fault : emulation.rules().faults()) {
            if (fault.kind() instanceof Kind.BindOutOfMemory
                    && fault.target().matches(model.name(), core.index())
                    && trigger(fault).isDue()) {
                throw FaultMessages.outOfMemory("tensors", model.label(), core);
            }
        }
    }

    /**
     * Fails when an earlier fault has broken the core.
     *
     * @throws NrtException the status of that fault, or NRT_EXEC_UNIT_UNRECOVERABLE when only a
     *     restart of the runtime helps
     */
    void requireWorking(String model) {
        NrtStatus status = broken;
        if (status != null) {
            throw FaultMessages.of(
                    status.remedy() == Remedy.RESTART_RUNTIME
                            ? NrtStatus.NRT_EXEC_UNIT_UNRECOVERABLE
                            : status,
                    model,
                    core);
        }
    }

    /** {@return the failure of an execution with a status, which may break the core} */
    NrtException fail(NrtStatus status, String model) {
        NrtException failure = FaultMessages.of(status, model, core);
        if (breaks(status) && broken == null) {
            broken = status;
            LOG.error(
                    "{} ({}): {}; the core fails until it is opened again",
                    status,
                    status.code(),
                    failure.reason());
        }
        return failure;
    }
}

package dev.glia.runtime.internal;

import dev.glia.core.Lane;
import dev.glia.device.CoreSession;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.neff.Neff;
import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A NEFF on a core of the open runtime. Keeps the NEFF open, so that the next driver revision can
 * load it again.
 */
final class CoreModel implements Model {

    private static final int ALIGNMENT = 64;

    private final OpenRuntime runtime;
    private final DriverSlot slot;
    private final Neff neff;
    private final NeuronCore core;
    private final Lane lane;
    private final LoadPolicy policy;
    private final Set<PreparedExecution> executions = ConcurrentHashMap.newKeySet();
    private boolean closed;

    /**
     * What the configuration said when the model was loaded.
     *
     * @param settings what the driver needs to know
     * @param timeoutNanos the execution time-out, 0 for none
     * @param failOnNan whether NaN in the outputs fails the request
     */
    record LoadPolicy(LoadSettings settings, long timeoutNanos, boolean failOnNan) {}

    CoreModel(
            OpenRuntime runtime,
            DriverSlot slot,
            Neff neff,
            NeuronCore core,
            Lane lane,
            LoadPolicy policy) {
        this.runtime = runtime;
        this.slot = slot;
        this.neff = neff;
        this.core = core;
        this.lane = lane;
        this.policy = policy;
    }

    LoadedModel loadOn(CoreSession session) {
        return session.load(neff, policy.settings());
    }

    Seat lease() {
        return slot.lease(core.index(), policy.timeoutNanos());
    }

    Lane lane() {
        return lane;
    }

    long timeoutNanos() {
        return policy.timeoutNanos();
    }

    /** Decides what a status between success and failure is. */
    void judge(NrtStatus status) {
        if (policy.failOnNan() && status == NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR) {
            throw new NrtException(
                    status,
                    "model "
                            + name()
                            + " produced NaN on NeuronCore "
                            + core.index()
                            + "; look at its inputs, or unset NEURON_FAIL_ON_NAN to get the outputs all the same");
        }
    }

    void completed(Completion completion) {
        runtime.completed(this, completion);
    }

    void unbind(Seat seat) {
        executions.forEach(execution -> execution.unbind(seat));
    }

    void stop() {
        executions.forEach(PreparedExecution::stop);
    }

    void forget(PreparedExecution execution) {
        executions.remove(execution);
    }

    @Override
    public String name() {
        return neff.name();
    }

    @Override
    public UUID uuid() {
        return neff.uuid();
    }

    @Override
    public String architecture() {
        return neff.architecture();
    }

    @Override
    public NeuronCore core() {
        return core;
    }

    @Override
    public List<TensorInfo> inputs() {
        return neff.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return neff.outputs();
    }

    @Override
    public Execution prepare() {
        return prepare(Map.of());
    }

    @Override
    public synchronized Execution prepare(Map<String, MemorySegment> tensors) {
        if (closed) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED, "model " + name() + " is unloaded; load it again");
        }
        requireKnown(tensors.keySet());
        var execution = allocate(tensors);
        executions.add(execution);
        try {
            bind(execution);
            return execution;
        } catch (RuntimeException | Error failure) {
            execution.close();
            throw failure;
        }
    }

    private PreparedExecution allocate(Map<String, MemorySegment> given) {
        Arena arena = Arena.ofShared();
        try {
            return new PreparedExecution(
                    this, arena, tensors(inputs(), given, arena), tensors(outputs(), given, arena));
        } catch (OutOfMemoryError memory) {
            arena.close();
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "host memory does not suffice for the tensors of model "
                            + name()
                            + "; close executions, or raise -XX:MaxDirectMemorySize",
                    memory);
        } catch (RuntimeException failure) {
            arena.close();
            throw failure;
        }
    }

    /**
     * Binds ahead of the first request, so that it is as fast as the others; without a driver that
     * has to wait.
     */
    private void bind(PreparedExecution execution) {
        Seat seat = slot.tryLease(core.index());
        if (seat != null) {
            try {
                execution.bind(seat);
            } finally {
                seat.exit();
            }
        }
    }

    private void requireKnown(Set<String> given) {
        Set<String> unknown = new HashSet<>(given);
        inputs().forEach(tensor -> unknown.remove(tensor.name()));
        outputs().forEach(tensor -> unknown.remove(tensor.name()));
        if (!unknown.isEmpty()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "model "
                            + name()
                            + " has no tensor "
                            + String.join(", ", unknown)
                            + "; it has the inputs "
                            + names(inputs())
                            + " and the outputs "
                            + names(outputs()));
        }
    }

    private static List<String> names(List<TensorInfo> tensors) {
        return tensors.stream().map(TensorInfo::name).toList();
    }

    private static List<Tensor> tensors(
            List<TensorInfo> infos, Map<String, MemorySegment> given, Arena arena) {
        var tensors = new ArrayList<Tensor>();
        for (TensorInfo info : infos) {
            MemorySegment memory = given.get(info.name());
            tensors.add(
                    new NativeTensor(
                            info,
                            memory == null
                                    ? arena.allocate(info.bytes(), ALIGNMENT)
                                    : checked(info, memory)));
        }
        return List.copyOf(tensors);
    }

    private static MemorySegment checked(TensorInfo info, MemorySegment memory) {
        if (!memory.isNative() || memory.byteSize() != info.bytes()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "tensor "
                            + info.name()
                            + " ("
                            + info.typeAndShape()
                            + ") takes native memory of exactly "
                            + info.bytes()
                            + " bytes, not "
                            + (memory.isNative() ? "native" : "heap")
                            + " memory of "
                            + memory.byteSize());
        }
        return memory;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        executions.forEach(PreparedExecution::close);
        runtime.forget(this);
        if (!executions.isEmpty()) {
            // A request on a quarantined core still uses model and NEFF; they stay until the
            // process ends.
            return;
        }
        slot.unload(this);
        neff.close();
    }
}

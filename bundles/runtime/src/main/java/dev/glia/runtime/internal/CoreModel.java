package dev.glia.runtime.internal;

import dev.glia.core.Lane;
import dev.glia.device.CoreSession;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.neff.Neff;
import dev.glia.posix.HostMemory;
import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.ModelInfo;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;
import dev.glia.runtime.TensorSet;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A NEFF on a core of the open runtime. Keeps the NEFF open, so that the next driver revision can
 * load it again.
 */
final class CoreModel implements Model {

    /** How long to wait for a driver in any case. */
    private static final long MOMENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final OpenRuntime runtime;
    private final DriverSlot slot;
    private final SharedNeff shared;
    private final Neff neff;
    private final Place place;
    private final NeuronCore core;
    private final Lane lane;
    private final LoadPolicy policy;
    private final SelfTest selfTest = new SelfTest(this);
    private final Set<PreparedExecution> executions = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean unloaded = new AtomicBoolean();
    private final Set<Binding> bindings = ConcurrentHashMap.newKeySet();

    /** Until when somebody waits for drivers to let go of it; empty while it is loaded. */
    private volatile OptionalLong closeBy = OptionalLong.empty();

    private boolean closed;

    /**
     * What the configuration said when the model was loaded.
     *
     * @param settings what the driver needs to know
     * @param timeoutNanos the execution time-out, 0 for none
     * @param loadTimeoutNanos how long a driver may take to load it, 0 without limit
     * @param failOnNan whether NaN in the outputs fails the request
     */
    record LoadPolicy(
            LoadSettings settings, long timeoutNanos, long loadTimeoutNanos, boolean failOnNan) {}

    /**
     * Which of all models it is.
     *
     * @param id its number in the process
     * @param core where it is
     * @param instances how many were loaded together
     */
    record Place(long id, NeuronCore core, int instances) {}

    CoreModel(
            OpenRuntime runtime, DriverSlot slot, SharedNeff neff, Place place, LoadPolicy policy) {
        this.runtime = runtime;
        this.slot = slot;
        this.shared = neff;
        this.neff = neff.neff();
        this.place = place;
        this.core = place.core();
        this.lane = runtime.lane(core);
        this.policy = policy;
    }

    SharedNeff neff() {
        return shared;
    }

    long loadTimeoutNanos() {
        return policy.loadTimeoutNanos();
    }

    /** Notes whether a driver hangs while it loads this NEFF. */
    void hangs(boolean now) {
        runtime.hangs(neff, now);
    }

    /** {@return whether a plain request returns before it has ended} */
    boolean isAsynchronous() {
        return runtime.isAsynchronous();
    }

    LoadedModel loadOn(CoreSession session) {
        return Objects.requireNonNull(session.load(neff, policy.settings()), "no loaded model");
    }

    /** {@return what the host has left for its tensors} */
    HostMemory memory() {
        return runtime.memory();
    }

    /** {@return what a driver has to answer before it takes over} */
    SelfTest selfTest() {
        return selfTest;
    }

    Seat lease() {
        return slot.lease(core.index(), policy.timeoutNanos());
    }

    Lane lane() {
        return lane;
    }

    /** {@return how long a driver may take to unbind a request} */
    long unbindNanos() {
        return slot.patience().openNanos();
    }

    long timeoutNanos() {
        return policy.timeoutNanos();
    }

    /** Decides what a status between success and failure is; only then looks at the outputs. */
    void judge(NrtStatus status, List<Tensor> outputs) {
        if (policy.failOnNan() && status == NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR) {
            throw new NrtException(
                    status,
                    "model "
                            + label()
                            + " produced NaN on NeuronCore "
                            + core.index()
                            + Elements.firstNan(outputs)
                                    .map(place -> ", the first in output " + place)
                                    .orElse("")
                            + "; look at its inputs, or unset NEURON_FAIL_ON_NAN to get the outputs all the same");
        }
    }

    void completed(Completion completion) {
        runtime.completed(this, completion);
    }

    void bound(Binding binding) {
        bindings.add(binding);
    }

    void unbound(Binding binding) {
        bindings.remove(binding);
    }

    /** Unbinds all that is bound to a seat; also waits for those that are just being unbound. */
    void unbind(Seat seat) {
        bindings.stream().filter(binding -> binding.seat() == seat).forEach(Binding::close);
    }

    void stop() {
        executions.forEach(PreparedExecution::stop);
    }

    void forget(PreparedExecution execution) {
        executions.remove(execution);
    }

    /** Something has ended that used it. */
    void unused() {
        if (isClosed()) {
            unloadUnused();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public String name() {
        return neff.name();
    }

    /** {@return what it is called in messages} */
    String label() {
        return neff.label();
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
    public ModelInfo info() {
        return new ModelInfo(
                place.id(),
                name(),
                uuid(),
                architecture(),
                core,
                place.instances(),
                neff.lncSize(),
                neff.featureBits(),
                neff.graphs().stream().map(ModelImage.Graph::function).distinct().toList(),
                Stream.concat(inputs().stream(), outputs().stream()).toList());
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
    public Execution prepare(Map<String, MemorySegment> tensors) {
        var names = new HashSet<String>();
        inputs().forEach(tensor -> names.add(tensor.name()));
        outputs().forEach(tensor -> names.add(tensor.name()));
        requireKnown(tensors.keySet(), names);
        return prepared(
                bound -> bound.add(inputs(), tensors), bound -> bound.add(outputs(), tensors));
    }

    @Override
    public Execution prepare(TensorSet inputs, TensorSet outputs) {
        requireKnown(inputs.tensors().keySet(), names(inputs()));
        requireKnown(outputs.tensors().keySet(), names(outputs()));
        return prepared(
                bound -> bound.add(inputs(), inputs), bound -> bound.add(outputs(), outputs));
    }

    private Execution prepared(
            Function<BoundTensors, List<Tensor>> inputs,
            Function<BoundTensors, List<Tensor>> outputs) {
        requireOpen();
        var bound = new BoundTensors(runtime.memory());
        PreparedExecution execution;
        try {
            execution =
                    new PreparedExecution(this, bound, inputs.apply(bound), outputs.apply(bound));
            add(execution);
        } catch (OutOfMemoryError memory) {
            bound.release();
            throw Tensors.noMemory("the tensors of model " + label(), memory);
        } catch (RuntimeException | Error failure) {
            bound.release();
            throw failure;
        }
        try {
            bind(execution);
            return execution;
        } catch (RuntimeException | Error failure) {
            execution.close();
            throw failure;
        }
    }

    /** The driver is not called while the monitor is held: it may hang. */
    private synchronized void add(PreparedExecution execution) {
        requireOpen();
        executions.add(execution);
    }

    private synchronized void requireOpen() {
        if (closed) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED, "model " + label() + " is unloaded; load it again");
        }
    }

    /**
     * Binds ahead of the first request, so that it is as fast as the others; without a driver that
     * has to wait.
     */
    private void bind(PreparedExecution execution) {
        Seat seat = slot.tryLease(core.index());
        try {
            execution.begin(seat);
        } finally {
            if (seat != null) {
                seat.exit();
            }
        }
    }

    private void requireKnown(Set<String> given, Collection<String> known) {
        Set<String> unknown = new HashSet<>(given);
        known.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "model "
                            + label()
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

    @Override
    public void close() {
        if (drain()) {
            giveBack(System.nanoTime() + slot.patience().openNanos());
        }
    }

    /**
     * Takes no more requests, and waits until those that run have ended or cannot be stopped.
     *
     * @return false when somebody else closes it
     */
    boolean drain() {
        synchronized (this) {
            if (closed) {
                return false;
            }
            closed = true;
        }
        executions.forEach(PreparedExecution::refuse);
        executions.forEach(PreparedExecution::end);
        selfTest.close();
        return true;
    }

    /**
     * Gives everything back that is not in use; the model is drained.
     *
     * @param deadlineNanos until when to wait for all its drivers together
     */
    void giveBack(long deadlineNanos) {
        closeBy = OptionalLong.of(deadlineNanos);
        runtime.forget(this);
        unloadUnused();
    }

    /**
     * {@return how long to wait for a driver: what is left when the model is being closed, which is
     * at least a moment for a driver that is not the one that hangs}
     */
    long leftToClose(long limitNanos) {
        OptionalLong by = closeBy;
        if (by.isEmpty()) {
            return limitNanos;
        }
        long left = Math.max(MOMENT_NANOS, by.getAsLong() - System.nanoTime());
        return Math.min(limitNanos, left);
    }

    /**
     * Gives everything back, once; whoever comes second waits for the first. A request that cannot
     * be stopped still uses model and NEFF: it does this when it ends.
     */
    private void unloadUnused() {
        if (executions.isEmpty() && !selfTest.isAsking()) {
            slot.unload(this);
            unbindFromRetired();
            if (unloaded.compareAndSet(false, true)) {
                shared.release();
            }
        }
    }

    /** A seat that was given up is not released any more, and nobody else unbinds from it. */
    private void unbindFromRetired() {
        List<Binding> left =
                bindings.stream().filter(binding -> binding.seat().isClosed()).toList();
        if (!left.isEmpty()) {
            Errands.start("glia-unbinding-nc" + core.index(), () -> left.forEach(Binding::close));
        }
    }
}

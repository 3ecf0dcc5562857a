package dev.glia.runtime.internal;

import dev.glia.core.LaneTask;
import dev.glia.device.Invocation;
import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;
import dev.glia.runtime.Tensor;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tensors of a model, bound to the driver revision that served last. A request takes a lease, binds
 * again only when the revision is another one, and goes to the lane of its core.
 */
final class PreparedExecution implements Execution, LaneTask {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_execute");

    /** A virtual thread that stays this long in native code keeps its carrier from others. */
    private static final long BRIEF_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Long enough for anybody, and far from an overflow. */
    private static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

    private final CoreModel model;
    private final BoundTensors bound;
    private final List<Tensor> inputs;
    private final List<Tensor> outputs;
    private final Occupancy occupancy;
    private final Consumer<Completion> whenDone;

    /**
     * To the seat that was leased last. Written by who holds the execution; a seat that is closed
     * unbinds by itself.
     */
    private volatile Binding binding;

    /** The seat of the request; written and read by who holds the execution. */
    private Seat leased;

    /** Whether this driver has shown that it is done well within the time-out. */
    private volatile boolean prompt;

    /** Whether it is done so fast that it may take the thread of any caller. */
    private volatile boolean brief;

    /** Whether the request that runs was asked to end. */
    private volatile boolean stopped;

    /** How often the request runs the model; written by who holds the execution. */
    private int repeat;

    /** Is held by the caller until it {@linkplain #begin begins}. */
    PreparedExecution(
            CoreModel model, BoundTensors bound, List<Tensor> inputs, List<Tensor> outputs) {
        this.model = model;
        this.bound = bound;
        this.inputs = inputs;
        this.outputs = outputs;
        this.occupancy = new Occupancy(model, () -> stopped);
        this.whenDone = model::completed;
    }

    @Override
    public Tensor input(String name) {
        return find(inputs, "input", name);
    }

    @Override
    public Tensor output(String name) {
        return find(outputs, "output", name);
    }

    private Tensor find(List<Tensor> tensors, String kind, String name) {
        for (Tensor tensor : tensors) {
            if (tensor.info().name().equals(name)) {
                return tensor;
            }
        }
        List<String> names = tensors.stream().map(tensor -> tensor.info().name()).toList();
        throw new NrtException(
                NrtStatus.NRT_INVALID,
                "model " + model.label() + " has no " + kind + " " + name + "; it has " + names);
    }

    @Override
    public List<Tensor> inputs() {
        return inputs;
    }

    @Override
    public List<Tensor> outputs() {
        return outputs;
    }

    @Override
    public NrtStatus execute() {
        if (model.isAsynchronous()) {
            return queue(1);
        }
        take();
        getReady(1);
        return model.lane().run(this, model.timeoutNanos());
    }

    @Override
    public NrtStatus execute(int times) {
        if (times < 1) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "model " + model.label() + " is executed at least once, not " + times);
        }
        if (model.isAsynchronous()) {
            return queue(times);
        }
        take();
        getReady(times);
        return model.lane().run(this, limitNanos(times));
    }

    /** Queues the request when there is room; the listener is told of its end. */
    private NrtStatus queue(int times) {
        occupancy.takeWhenIdle(limitNanos(times));
        getReady(times);
        model.lane().submitWhenRoom(this, limitNanos(times), whenDone);
        return NrtStatus.NRT_SUCCESS;
    }

    @Override
    public Submission submit() {
        take();
        getReady(1);
        return model.lane().submit(this, model.timeoutNanos(), whenDone);
    }

    private void take() {
        if (!occupancy.tryTake()) {
            throw occupancy.busy();
        }
    }

    private long limitNanos(int times) {
        long each = model.timeoutNanos();
        return each > LONGEST_NANOS / times ? LONGEST_NANOS : each * times;
    }

    /**
     * Takes a lease for one request; the lane gives it back, and the execution, when it is done.
     */
    private void getReady(int times) {
        repeat = times;
        if (stopped) {
            stopped = false; // Writing it is dearer than reading it.
        }
        try {
            leased = model.lease();
        } catch (RuntimeException | Error failure) {
            occupancy.giveBack();
            throw failure;
        }
        Binding latest = binding;
        if (latest == null || latest.seat() != leased) {
            bindNow();
        }
    }

    private void bindNow() {
        Seat here = leased;
        try {
            bind(here, model.timeoutNanos());
        } catch (RuntimeException | Error failure) {
            here.exit();
            throw failure;
        }
    }

    /**
     * Ends the preparation.
     *
     * @param first to bind to ahead of the first request, null when there is none just now; the
     *     caller holds it
     */
    void begin(Seat first) {
        if (first != null) {
            bind(first, model.loadTimeoutNanos());
        }
        occupancy.giveBack();
    }

    /**
     * Binds the tensors to another seat; the caller holds the execution and the seat. When it fails
     * the execution is given back: at once, or when the driver lets go of it.
     */
    private void bind(Seat next, long limitNanos) {
        bound.retain();
        var call =
                new DriverCall<>(
                        model,
                        next,
                        new Bind(
                                model,
                                next,
                                inputs,
                                outputs,
                                bound,
                                occupancy,
                                this::closeForNobody));
        try {
            var done = new Binding(model, next, call.within(limitNanos), bound);
            prompt = model.timeoutNanos() == 0;
            brief = false;
            model.bound(done);
            binding = done;
        } catch (RuntimeException | Error failure) {
            if (!call.isAbandoned()) {
                bound.release();
                occupancy.giveBack();
            }
            throw failure;
        }
    }

    @Override
    public void released() {
        leased.exit();
        occupancy.giveBack();
        if (occupancy.isClosing()) {
            closeElsewhere();
        }
    }

    /** Not on the thread of a lane, on which others wait: the driver may hang. */
    private void closeElsewhere() {
        try {
            Errands.start("glia-close-nc" + model.core().index(), this::closeForNobody);
        } catch (OutOfMemoryError noThread) {
            closeForNobody();
        }
    }

    private void closeForNobody() {
        try {
            close();
        } catch (NrtException late) {
            LOG.debug("Nobody is told any more", late);
        }
    }

    @Override
    public NrtStatus run() {
        NrtStatus status = runOnce();
        for (int i = 1; i < repeat; i++) {
            if (stopped) {
                throw new NrtException(
                        NrtStatus.NRT_TIMEOUT,
                        "stopped after " + i + " of " + repeat + " repetitions");
            }
            NrtStatus next = runOnce();
            status = next == NrtStatus.NRT_SUCCESS ? status : next;
        }
        return status;
    }

    private NrtStatus runOnce() {
        Invocation bound = binding.invocation();
        NrtStatus status = brief && !LOG.isTraceEnabled() ? bound.run() : runMeasured(bound);
        if (status != NrtStatus.NRT_SUCCESS) {
            model.judge(status, outputs);
        }
        return status;
    }

    private NrtStatus runMeasured(Invocation bound) {
        boolean trace = LOG.isTraceEnabled();
        if (trace) {
            LOG.trace("model {} runs on NeuronCore {}", model.name(), model.core().index());
        }
        long start = System.nanoTime();
        NrtStatus status = bound.run();
        long took = System.nanoTime() - start;
        if (trace) {
            LOG.trace(
                    "model {} has run on NeuronCore {} by {} for {} ns: {}",
                    model.name(),
                    model.core().index(),
                    leased.driver(),
                    took,
                    status);
        }
        long limit = model.timeoutNanos();
        prompt = limit == 0 || took < limit / 2 && bound.cancellable();
        brief = prompt && took < BRIEF_NANOS;
        return status;
    }

    /** Virtual threads are not kept in native code for long; the lane has a thread of its own. */
    @Override
    public boolean prompt() {
        return prompt && (brief || !Thread.currentThread().isVirtual());
    }

    @Override
    public void stop() {
        Binding running = binding;
        stopped = true;
        if (running != null) {
            prompt = false;
            brief = false;
            running.cancel();
        }
    }

    @Override
    public String model() {
        return model.label();
    }

    /** Takes no more requests. */
    void refuse() {
        occupancy.refuse();
    }

    /**
     * Waits for the request that runs, unless it cannot be stopped: then its memory is freed when
     * it ends.
     */
    @Override
    public void close() {
        if (!occupancy.takeForEver()) {
            return;
        }
        Binding last = binding;
        try {
            if (last != null) {
                last.close(model.unbindNanos());
            }
        } finally {
            leave();
            model.unused();
        }
    }

    /** The same, but for the driver: what is bound to it is unbound when the model is unloaded. */
    void end() {
        if (occupancy.takeForEver()) {
            leave();
        }
    }

    private void leave() {
        bound.release();
        occupancy.close();
        model.forget(this);
    }
}

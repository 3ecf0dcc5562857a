package dev.glia.runtime.internal;

import dev.glia.core.LaneTask;
import dev.glia.device.Invocation;
import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;
import dev.glia.runtime.Tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Tensors of a model, bound to the driver revision that served last. A request takes a lease, binds
 * again only when the revision is another one, and goes to the lane of its core.
 */
final class PreparedExecution implements Execution, LaneTask {

    private static final int IDLE = 0;
    private static final int BUSY = 1;
    private static final int CLOSING = 2;
    private static final int CLOSED = 3;
    private static final long CLOSE_POLL_NANOS = 50_000;

    private final CoreModel model;
    private final Arena arena;
    private final List<Tensor> inputs;
    private final List<Tensor> outputs;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private final Consumer<Completion> whenDone;

    // Written under the monitor; read by the request that holds the execution and a lease on the
    // seat.
    private volatile Seat seat;
    private volatile Invocation invocation;

    /** Whether this driver has shown that it is done well within the time-out. */
    private volatile boolean prompt;

    private volatile boolean closing;

    PreparedExecution(CoreModel model, Arena arena, List<Tensor> inputs, List<Tensor> outputs) {
        this.model = model;
        this.arena = arena;
        this.inputs = inputs;
        this.outputs = outputs;
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
                "model " + model.name() + " has no " + kind + " " + name + "; it has " + names);
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
        getReady();
        return model.lane().run(this, model.timeoutNanos());
    }

    @Override
    public Submission submit() {
        getReady();
        return model.lane().submit(this, model.timeoutNanos(), whenDone);
    }

    /**
     * Takes the execution and a lease for one request; the lane gives both back when it is done.
     */
    private void getReady() {
        take();
        Seat leased = null;
        try {
            leased = model.lease();
            if (seat != leased) {
                bind(leased);
            }
        } catch (RuntimeException | Error failure) {
            if (leased != null) {
                leased.exit();
            }
            state.setRelease(IDLE);
            throw failure;
        }
    }

    @Override
    public void released() {
        seat.exit();
        state.setRelease(IDLE);
        if (closing) {
            close();
        }
    }

    private void take() {
        if (state.compareAndSet(IDLE, BUSY)) {
            return;
        }
        throw state.get() >= CLOSING
                ? new NrtException(
                        NrtStatus.NRT_CLOSED,
                        "this execution of model " + model.name() + " is closed")
                : new NrtException(
                        NrtStatus.NRT_EXEC_NC_BUSY,
                        "this execution of model "
                                + model.name()
                                + " already runs; prepare one for each request in flight");
    }

    /**
     * Binds the tensors to another revision; the caller holds the execution and a lease on the
     * seat.
     */
    synchronized void bind(Seat leased) {
        unbind(seat);
        invocation = leased.bind(model, segments(inputs), segments(outputs));
        prompt = model.timeoutNanos() == 0;
        seat = leased;
    }

    /** Lets go of a seat, unless the execution has already moved to another one. */
    synchronized void unbind(Seat from) {
        if (seat == from && from != null) {
            seat = null;
            invocation.close();
            invocation = null;
        }
    }

    private static List<MemorySegment> segments(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::segment).toList();
    }

    @Override
    public NrtStatus run() {
        NrtStatus status = prompt ? invocation.run() : runMeasured();
        if (status != NrtStatus.NRT_SUCCESS) {
            model.judge(status);
        }
        return status;
    }

    private NrtStatus runMeasured() {
        long start = System.nanoTime();
        NrtStatus status = invocation.run();
        prompt = System.nanoTime() - start < model.timeoutNanos() / 2;
        return status;
    }

    @Override
    public boolean prompt() {
        return prompt;
    }

    @Override
    public void stop() {
        Invocation running = invocation;
        if (running != null) {
            prompt = false;
            running.cancel();
        }
    }

    @Override
    public String model() {
        return model.name();
    }

    /**
     * Waits for the request that runs, unless it cannot be stopped: then its memory is freed when
     * it ends.
     */
    @Override
    public void close() {
        closing = true;
        while (!state.compareAndSet(IDLE, CLOSING)) {
            if (state.get() == CLOSED || state.get() == BUSY && model.lane().quarantined()) {
                return;
            }
            LockSupport.parkNanos(this, CLOSE_POLL_NANOS);
        }
        unbind(seat);
        arena.close();
        model.forget(this);
        state.set(CLOSED);
    }
}

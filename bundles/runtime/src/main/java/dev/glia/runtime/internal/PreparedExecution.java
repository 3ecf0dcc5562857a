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
    private static final int CLOSED = 2;
    private static final long CLOSE_POLL_NANOS = 50_000;

    private final CoreModel model;
    private final Arena arena;
    private final List<Tensor> inputs;
    private final List<Tensor> outputs;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private final Consumer<Completion> whenDone = this::ended;

    // Written under the monitor; read by the request that holds the execution and a lease on the
    // seat.
    private volatile Seat seat;
    private volatile Invocation invocation;

    PreparedExecution(CoreModel model, Arena arena, List<Tensor> inputs, List<Tensor> outputs) {
        this.model = model;
        this.arena = arena;
        this.inputs = inputs;
        this.outputs = outputs;
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
        take();
        try {
            Seat leased = model.lease();
            try {
                if (seat != leased) {
                    bind(leased);
                }
                return model.lane().run(this, model.timeoutNanos());
            } finally {
                leased.exit();
            }
        } finally {
            state.setRelease(IDLE);
        }
    }

    @Override
    public Submission submit() {
        take();
        Seat leased = null;
        try {
            leased = model.lease();
            if (seat != leased) {
                bind(leased);
            }
            return model.lane().submit(this, model.timeoutNanos(), whenDone);
        } catch (RuntimeException | Error failure) {
            if (leased != null) {
                leased.exit();
            }
            state.setRelease(IDLE);
            throw failure;
        }
    }

    /** A submitted request has ended: its lease ends, then the application is told. */
    private void ended(Completion completion) {
        seat.exit();
        state.setRelease(IDLE);
        model.completed(completion);
    }

    private void take() {
        if (state.compareAndSet(IDLE, BUSY)) {
            return;
        }
        throw state.get() == CLOSED
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
        NrtStatus status = invocation.run();
        if (status != NrtStatus.NRT_SUCCESS) {
            model.judge(status);
        }
        return status;
    }

    @Override
    public void stop() {
        Invocation running = invocation;
        if (running != null) {
            running.cancel();
        }
    }

    @Override
    public String model() {
        return model.name();
    }

    @Override
    public void close() {
        while (!state.compareAndSet(IDLE, CLOSED)) {
            if (state.get() == CLOSED) {
                return;
            }
            LockSupport.parkNanos(this, CLOSE_POLL_NANOS);
        }
        unbind(seat);
        model.forget(this);
        arena.close();
    }
}

package dev.glia.device.kit;

import dev.glia.device.EmulationRules.Kind;
import dev.glia.device.Invocation;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An invocation on a core that takes its time or fails. Runs sleep rather than compute; a run that
 * succeeds has computed within its time.
 *
 * <p>A cancel counts only if it finds a run, and the run that it found waits at its end until the
 * canceller is done, so that a cancel never hits the next run.
 */
final class EmulatedInvocation implements Invocation {

    /**
     * What is bound.
     *
     * @param model what the model is called in messages
     * @param computed the invocation that computes
     * @param outputs the outputs of the model
     * @param memory their memory
     * @param tensors the device memory they take
     */
    record Bound(
            String model,
            Invocation computed,
            List<TensorInfo> outputs,
            List<MemorySegment> memory,
            MemoryAccount.Reservation tensors) {}

    private static final int IDLE = 0;
    private static final int RUNNING = 1;

    /** Somebody is cancelling the run. */
    private static final int CANCELLING = 2;

    private static final int CANCELLED = 3;

    /**
     * A sleeping thread wakes this much too late at most, as a rule; so it sleeps for less and
     * watches the clock for the rest.
     */
    private static final long OVERSLEEP_NANOS = 120_000;

    private final Bound bound;
    private final CoreBehaviour core;
    private final CoreBehaviour.Executions rules;
    private final AtomicInteger state = new AtomicInteger();
    private volatile Thread runner;

    EmulatedInvocation(Bound bound, CoreBehaviour core, CoreBehaviour.Executions rules) {
        this.bound = bound;
        this.core = core;
        this.rules = rules;
    }

    @Override
    public NrtStatus run() {
        long start = System.nanoTime();
        if (!state.compareAndSet(IDLE, RUNNING)) {
            throw new NrtException(
                    NrtStatus.NRT_EXEC_NC_BUSY,
                    "this invocation of model " + bound.model() + " runs already; bind one more");
        }
        runner = Thread.currentThread();
        NrtStatus status;
        boolean cancelled;
        try {
            status = execute(start);
        } finally {
            cancelled = end();
        }
        if (cancelled) {
            throw cancelled();
        }
        return status;
    }

    private NrtStatus execute(long start) {
        core.requireWorking(bound.model());
        long time = rules.pacing() == null ? 0 : rules.pacing().next();
        return switch (rules.next()) {
            case null -> compute(start, time);
            case Kind.Hang() -> {
                sleep(start, Long.MAX_VALUE, true);
                throw cancelled();
            }
            case Kind.Stuck(Duration stuck) -> {
                sleep(start, stuck.toNanos(), false);
                yield compute(start, time);
            }
            case Kind.Status(NrtStatus status)
                    when status == NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR -> {
                compute(start, time);
                NanFill.fill(bound.outputs(), bound.memory());
                yield status;
            }
            case Kind.Status(NrtStatus status) -> {
                sleep(start, time, true);
                if (isCancelled()) {
                    throw cancelled();
                }
                throw core.fail(status, bound.model());
            }
            case Kind other -> throw new IllegalStateException(other + " is no fault of a run");
        };
    }

    private NrtStatus compute(long start, long time) {
        if (isCancelled()) {
            throw cancelled();
        }
        NrtStatus status = bound.computed().run();
        if (time > 0) {
            stayBusy(start, rules.pacing().busy(time));
            sleep(start, time, true);
        }
        return status;
    }

    private void stayBusy(long start, long nanos) {
        while (System.nanoTime() - start < nanos && !isCancelled()) {
            Thread.onSpinWait();
        }
    }

    /** Sleeps until a time after the start, or until the run is cancelled if that counts. */
    private void sleep(long start, long nanos, boolean cancellable) {
        boolean interrupted = false;
        while (!(cancellable && isCancelled())) {
            long left = nanos - (System.nanoTime() - start);
            if (left <= 0) {
                break;
            }
            if (left > OVERSLEEP_NANOS) {
                LockSupport.parkNanos(this, left - OVERSLEEP_NANOS);
                // An execution is not ended by an interrupt, but its thread could not sleep on.
                interrupted |= Thread.interrupted();
            } else {
                Thread.onSpinWait();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isCancelled() {
        return state.get() != RUNNING;
    }

    private NrtException cancelled() {
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                "the execution of model " + bound.model() + " was cancelled on " + core.core());
    }

    /** {@return whether the run that ends was cancelled} */
    private boolean end() {
        while (true) {
            int now = state.get();
            if (now == CANCELLING) {
                Thread.onSpinWait();
            } else if (state.compareAndSet(now, IDLE)) {
                return now == CANCELLED;
            }
        }
    }

    @Override
    public void cancel() {
        // Also once more: the engine may have begun only after the first time.
        if (state.compareAndSet(RUNNING, CANCELLING)
                || state.compareAndSet(CANCELLED, CANCELLING)) {
            try {
                bound.computed().cancel();
            } finally {
                state.set(CANCELLED);
                LockSupport.unpark(runner);
            }
        }
    }

    @Override
    public boolean cancellable() {
        return bound.computed().cancellable() && !rules.mayGetStuck();
    }

    @Override
    public void close() {
        bound.computed().close();
        bound.tensors().close();
    }
}

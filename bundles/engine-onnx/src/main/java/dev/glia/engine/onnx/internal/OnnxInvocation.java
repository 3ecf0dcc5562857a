package dev.glia.engine.onnx.internal;

import dev.glia.device.Invocation;
import dev.glia.engine.onnx.internal.ort.OrtErrors;
import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.engine.onnx.internal.ort.OrtRun;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A model with its tensors bound.
 *
 * <p>ONNX Runtime's terminate flag outlives the run it was meant for, and its error text is no
 * interface. So the state below decides: a cancel counts only if it found a run, the run that it
 * found waits until the flag is set and takes it back, and the last of run and close frees the
 * memory.
 */
final class OnnxInvocation implements Invocation {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(OnnxInvocation.class, "state", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private static final int IDLE = 0;
    private static final int RUNNING = 1;

    /** A cancel found this run and is about to set the flag. */
    private static final int CANCELLING = 2;

    /** The flag is set. */
    private static final int TERMINATED = 4;

    private static final int CLOSED = 8;

    private final String model;
    private final OrtRun run;
    private final NanScan nanScan;
    private final Runnable onFree;

    @SuppressWarnings("unused") // through STATE
    private int state;

    OnnxInvocation(String model, OrtRun run, NanScan nanScan, Runnable onFree) {
        this.model = model;
        this.run = run;
        this.nanScan = nanScan;
        this.onFree = onFree;
    }

    @Override
    public NrtStatus run() {
        int before = (int) STATE.compareAndExchange(this, IDLE, RUNNING);
        if (before != IDLE) {
            throw notIdle(before);
        }
        OrtException failure = null;
        boolean nan = false;
        boolean cancelled;
        try {
            run.run();
            nan = nanScan.found();
        } catch (OrtException failed) {
            failure = failed;
        } finally {
            cancelled = !STATE.compareAndSet(this, RUNNING, IDLE) && endOfDisturbedRun();
        }
        if (cancelled) {
            throw new NrtException(
                    NrtStatus.NRT_TIMEOUT,
                    "the execution of model " + model + " was cancelled",
                    failure);
        }
        if (failure != null) {
            throw failed(failure);
        }
        return nan ? NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR : NrtStatus.NRT_SUCCESS;
    }

    @Override
    public void cancel() {
        int now = (int) STATE.getVolatile(this);
        while ((now & (RUNNING | CANCELLING)) == RUNNING) {
            int seen = (int) STATE.compareAndExchange(this, now, now | CANCELLING);
            if (seen == now) {
                run.terminate();
                STATE.getAndBitwiseOr(this, TERMINATED);
                return;
            }
            now = seen;
        }
    }

    /**
     * Frees what was bound; when a run goes on against the contract, that run does it at its end.
     */
    @Override
    public void close() {
        int before = (int) STATE.getAndBitwiseOr(this, CLOSED);
        if (before == IDLE) {
            free();
        }
    }

    /** {@return whether the run that has just ended was cancelled} */
    private boolean endOfDisturbedRun() {
        while (true) {
            int now = (int) STATE.getVolatile(this);
            boolean cancelled = (now & CANCELLING) != 0;
            if (cancelled && (now & TERMINATED) == 0) {
                Thread.onSpinWait(); // for the canceller, which has one native call to go
                continue;
            }
            if (cancelled) {
                run.unterminate();
            }
            if (STATE.compareAndSet(this, now, now & CLOSED)) {
                if ((now & CLOSED) != 0) {
                    free();
                }
                return cancelled;
            }
        }
    }

    private void free() {
        run.close();
        onFree.run();
    }

    private NrtException notIdle(int now) {
        return (now & CLOSED) != 0
                ? new NrtException(
                        NrtStatus.NRT_INVALID_HANDLE,
                        "the tensors of model " + model + " are not bound any more")
                : new NrtException(
                        NrtStatus.NRT_EXEC_NC_BUSY,
                        "this invocation of model " + model + " runs already; bind one per thread");
    }

    private NrtException failed(OrtException failure) {
        return ShortRefusal.of(
                OrtErrors.refusal(
                        "the execution of model " + model + " failed",
                        failure,
                        failure.code() == OrtException.INVALID_ARGUMENT
                                ? NrtStatus.NRT_EXEC_BAD_INPUT
                                : NrtStatus.NRT_EXEC_COMPLETED_WITH_ERR));
    }
}

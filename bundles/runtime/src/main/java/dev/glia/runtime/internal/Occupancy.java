package dev.glia.runtime.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Who has a prepared execution: nobody, one request, or who closes it. Whoever has it may change
 * what belongs to it. It begins in the hands of who prepares it.
 */
final class Occupancy {

    private static final int IDLE = 0;
    private static final int BUSY = 1;
    private static final int CLOSING = 2;
    private static final int CLOSED = 3;
    private static final long CLOSE_POLL_NANOS = 50_000;
    private static final long WAIT_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final CoreModel model;
    private final BooleanSupplier stopped;
    private final AtomicInteger state = new AtomicInteger(BUSY);
    private volatile boolean closing;

    /** Whether a driver goes on binding or unbinding although its deadline has passed. */
    private volatile boolean hangs;

    /** Who waits until the request in flight has ended, if somebody does. */
    private volatile Thread waiter;

    /**
     * Prepares.
     *
     * @param stopped whether the request that has it was stopped, at its deadline or by somebody
     *     who cancelled it; asked only when another one is refused
     */
    Occupancy(CoreModel model, BooleanSupplier stopped) {
        this.model = model;
        this.stopped = stopped;
    }

    /** {@return whether the caller has it for one request} */
    boolean tryTake() {
        if (state.compareAndSet(IDLE, BUSY)) {
            if (!closing) {
                return true;
            }
            giveBack();
        }
        if (closing) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED,
                    "this execution of model " + model.label() + " is closed");
        }
        return false;
    }

    /** {@return the refusal of a request while another one has it} */
    NrtException busy() {
        String why =
                hangs
                        ? "waits for its driver, which goes on binding or unbinding its tensors after its deadline"
                        : stopped.getAsBoolean()
                                ? "still runs its last request, which was answered when it was stopped and goes on"
                                : isStuck() ? "runs on a core that is quarantined" : null;
        return new NrtException(
                NrtStatus.NRT_EXEC_NC_BUSY,
                "this execution of model "
                        + model.label()
                        + (why == null
                                ? " already runs; prepare one for each request in flight"
                                : " "
                                        + why
                                        + "; use another "
                                        + (isStuck() ? "NeuronCore" : "execution")
                                        + ", try again when that has ended, or restart the process"));
    }

    /** Takes it when its request in flight has ended. */
    void takeWhenIdle(long limitNanos) {
        long start = System.nanoTime();
        while (!tryTake()) {
            if (isStuck()) {
                throw busy();
            }
            if (limitNanos != 0 && System.nanoTime() - start > limitNanos) {
                throw new NrtException(
                        NrtStatus.NRT_TIMEOUT,
                        "the request in flight of model "
                                + model.label()
                                + " has not ended in time for the next one; raise"
                                + " NEURON_RT_EXEC_TIMEOUT, or prepare more executions");
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "the thread was interrupted while it waited for the request in flight of"
                                + " model "
                                + model.label());
            }
            waiter = Thread.currentThread();
            if (state.get() == BUSY) {
                LockSupport.parkNanos(this, WAIT_POLL_NANOS);
            }
            waiter = null;
        }
    }

    private boolean isStuck() {
        return hangs || model.lane().quarantined();
    }

    void giveBack() {
        state.set(IDLE);
        Thread waiting = waiter;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /** Notes whether a driver that has it goes on after its deadline. */
    void hangs(boolean now) {
        hangs = now;
    }

    /** Lets no more requests have it. */
    void refuse() {
        closing = true;
    }

    /** {@return whether no more requests may have it} */
    boolean isClosing() {
        return closing;
    }

    /** {@return whether the caller has to close it, now that nothing runs any more} */
    boolean takeForEver() {
        closing = true;
        while (!state.compareAndSet(IDLE, CLOSING)) {
            int now = state.get();
            if (now == CLOSED || now != IDLE && isStuck()) {
                return false;
            }
            LockSupport.parkNanos(this, CLOSE_POLL_NANOS);
        }
        return true;
    }

    /** Whoever took it for ever is done with it. */
    void close() {
        state.set(CLOSED);
    }
}

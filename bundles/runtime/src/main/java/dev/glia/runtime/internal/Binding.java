package dev.glia.runtime.internal;

import dev.glia.device.Invocation;
import dev.glia.runtime.NrtException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tensors that are bound to a model on one seat. Their memory is kept until the driver has let go
 * of it, however long that takes.
 */
final class Binding implements DriverCall.Work<Void> {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_execute");

    private final CoreModel model;
    private final Seat seat;
    private final Invocation invocation;
    private final BoundTensors memory;
    private volatile boolean closing;
    private volatile boolean closed;

    /** Takes over a hold on the memory. */
    Binding(CoreModel model, Seat seat, Invocation invocation, BoundTensors memory) {
        this.model = model;
        this.seat = seat;
        this.invocation = invocation;
        this.memory = memory;
    }

    Seat seat() {
        return seat;
    }

    Invocation invocation() {
        return invocation;
    }

    /** Unbinds, once, on the calling thread; whoever comes second waits for the first. */
    synchronized void close() {
        if (closed) {
            return;
        }
        closing = true;
        try {
            invocation.close();
        } catch (RuntimeException | Error failure) {
            LOG.error("A driver failed to unbind model {}", model.label(), failure);
        } finally {
            closed = true;
            memory.release();
            model.unbound(this);
        }
    }

    /** Unbinds within a time; what a driver does later frees the memory all the same. */
    void close(long limitNanos) {
        if (closed) {
            return;
        }
        try {
            new DriverCall<>(model, seat, this).withinOrHere(limitNanos);
        } catch (NrtException late) {
            LOG.error("{}", late.reason());
            throw late;
        }
    }

    /** Asks what runs to end; nothing runs on what is being unbound. */
    void cancel() {
        if (!closing) {
            invocation.cancel();
        }
    }

    @Override
    public String name() {
        return "unbinding";
    }

    @Override
    public Void call() {
        close();
        return null;
    }

    @Override
    public String overdue(long millis) {
        return seat.driver()
                + " has not unbound the tensors of model "
                + model.label()
                + " from NeuronCore "
                + model.core().index()
                + " after "
                + millis
                + " ms, and that cannot be stopped: their memory stays taken and the core is"
                + " quarantined until that ends, or the process does; use another NeuronCore or"
                + " restart the process, and report it to the vendor of the driver";
    }

    @Override
    public void endLate(Void nothing) {}
}

package dev.glia.runtime.internal;

import dev.glia.device.CoreSession;
import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.device.MemoryUsage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One core under one revision of a driver: its session, its models, and the count of requests that
 * hold it. A request enters before it touches the driver and leaves when it has ended; once the
 * seat is closed nobody enters, and when the count is zero nothing of the driver is in use.
 */
final class Seat {

    private static final long CLOSED = Long.MIN_VALUE;
    private static final long POLL_NANOS = 50_000;

    private final CoreSession session;
    private final AtomicLong holders = new AtomicLong();

    /** Those of them whose end nobody waits for. */
    private final AtomicLong abandoned = new AtomicLong();

    private final Map<CoreModel, LoadedModel> models = new HashMap<>();

    Seat(CoreSession session) {
        this.session = session;
    }

    /** {@return whether the caller holds the seat now, and must {@link #exit}} */
    boolean enter() {
        if (holders.getAndIncrement() >= 0) {
            return true;
        }
        holders.getAndDecrement();
        return false;
    }

    void exit() {
        holders.getAndDecrement();
    }

    /** A holder will not end in time, or never; should it end, it has {@link #returned}. */
    void abandon() {
        abandoned.incrementAndGet();
    }

    /** A holder that was given up has ended all the same. */
    void returned() {
        abandoned.decrementAndGet();
        exit();
    }

    long holders() {
        return holders.get() & ~CLOSED;
    }

    /** Refuses new holders. */
    void close() {
        holders.getAndUpdate(count -> count | CLOSED);
    }

    /**
     * Waits until nobody holds the seat whose end is waited for.
     *
     * @return whether that was before the deadline
     */
    boolean drain(long deadlineNanos) {
        while (holders() > abandoned.get()) {
            if (System.nanoTime() - deadlineNanos >= 0) {
                return false;
            }
            LockSupport.parkNanos(this, POLL_NANOS);
        }
        return true;
    }

    /**
     * Loads a model; may take as long as its deadline. Others may use the seat meanwhile.
     *
     * @param serving whether the driver serves requests
     */
    void load(CoreModel model, boolean serving) {
        LoadedModel loaded = ModelLoad.of(model, this, session, serving);
        synchronized (this) {
            models.put(model, loaded);
        }
    }

    /** Unloads a model if it is loaded here; waits when somebody else is doing so. */
    synchronized void unload(CoreModel model) {
        LoadedModel loaded = models.remove(model);
        if (loaded != null) {
            model.unbind(this);
            loaded.close();
        }
    }

    synchronized Invocation bind(
            CoreModel model,
            List<java.lang.foreign.MemorySegment> inputs,
            List<java.lang.foreign.MemorySegment> outputs) {
        LoadedModel loaded = models.get(model);
        if (loaded == null) {
            throw new NrtException(NrtStatus.NRT_CLOSED, "model " + model.name() + " is unloaded");
        }
        return loaded.bind(inputs, outputs);
    }

    synchronized List<CoreModel> models() {
        return List.copyOf(models.keySet());
    }

    /** {@return what takes the memory of the core; the caller holds the seat} */
    MemoryUsage memory() {
        return session.memory();
    }

    /** Gives everything back to the driver; the seat is closed and drained. */
    void release() {
        models().forEach(this::unload);
        session.close();
    }

    /** Asks whatever runs to stop. */
    void stopAll() {
        models().forEach(CoreModel::stop);
    }
}

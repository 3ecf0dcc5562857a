package dev.glia.runtime.internal;

import dev.glia.device.CoreSession;
import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.device.MemoryUsage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
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

    private final Object driver;
    private final CoreSession session;
    private final DriverThreads threads = new DriverThreads();
    private final AtomicLong holders = new AtomicLong();

    /** Those of them whose end nobody waits for. */
    private final AtomicLong abandoned = new AtomicLong();

    /** Changed under the monitor. */
    private final Map<CoreModel, LoadedModel> models = new ConcurrentHashMap<>();

    /** What the driver is taking back just now; changed under the monitor. */
    private final Map<CoreModel, Unload> unloads = new ConcurrentHashMap<>();

    /**
     * @param driver its name for people
     */
    Seat(Object driver, CoreSession session) {
        this.driver = driver;
        this.session = session;
    }

    /** {@return its name for people} */
    Object driver() {
        return driver;
    }

    /** {@return where its driver is called} */
    DriverThreads threads() {
        return threads;
    }

    /** {@return whether the caller holds the seat now, and must {@link #exit}} */
    boolean enter() {
        if (holders.getAndIncrement() >= 0) {
            return true;
        }
        holders.getAndDecrement();
        return false;
    }

    /** Holds the seat once more, also a closed one; only for those who hold it. */
    void again() {
        holders.getAndIncrement();
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

    /** {@return whether a holder was given up that has not ended since} */
    boolean isAbandoned() {
        return abandoned.get() != 0;
    }

    long holders() {
        return holders.get() & ~CLOSED;
    }

    boolean isClosed() {
        return holders.get() < 0;
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
     * Loads a model on behalf of an application; takes as long as its deadline. The caller holds
     * the seat.
     */
    void load(CoreModel model) {
        long limit = model.loadTimeoutNanos();
        put(model, new DriverCall<>(model, this, new ModelLoad(model, session)).within(limit));
    }

    /**
     * Loads a model on the calling thread, for a revision that nobody uses yet.
     *
     * @return the loaded model, which is also kept
     */
    LoadedModel loadHere(CoreModel model) {
        LoadedModel loaded = model.loadOn(session);
        put(model, loaded);
        return loaded;
    }

    private synchronized void put(CoreModel model, LoadedModel loaded) {
        models.put(model, loaded);
    }

    boolean isLoaded(CoreModel model) {
        return models.containsKey(model);
    }

    int loaded() {
        return models.size();
    }

    /**
     * Unloads a model if it is loaded here, on a thread of its own; waits also when somebody else
     * is doing so. The driver is not called while the monitor is held: it may hang.
     *
     * @return false when the driver has not done so in time, and is left alone with it
     */
    boolean unload(CoreModel model, long limitNanos) {
        long limit = model.leftToClose(limitNanos);
        Unload begun = begin(model);
        if (begun != null) {
            begun.start();
            return begun.awaitEnd(limit);
        }
        Unload other = unloads.get(model);
        return other == null || other.awaitEnd(limit);
    }

    /** Unloads a model on the calling thread, from a revision that nobody uses yet. */
    void unloadHere(CoreModel model) {
        Unload begun = begin(model);
        if (begun != null) {
            begun.run();
        }
    }

    private synchronized Unload begin(CoreModel model) {
        LoadedModel loaded = models.get(model);
        if (loaded == null) {
            return null;
        }
        var unload = new Unload(driver, model, loaded, this);
        unloads.put(model, unload);
        models.remove(model);
        return unload;
    }

    /** The driver has taken a model back. */
    synchronized void unloaded(CoreModel model) {
        unloads.remove(model);
    }

    /** Binds on the calling thread; the caller holds the seat. */
    Invocation bind(
            CoreModel model,
            List<java.lang.foreign.MemorySegment> inputs,
            List<java.lang.foreign.MemorySegment> outputs) {
        LoadedModel loaded = models.get(model);
        if (loaded == null) {
            throw new NrtException(NrtStatus.NRT_CLOSED, "model " + model.label() + " is unloaded");
        }
        return Objects.requireNonNull(loaded.bind(inputs, outputs), "no bound model");
    }

    /** {@return what takes the memory of the core; the caller holds the seat} */
    MemoryUsage memory() {
        return session.memory();
    }

    /**
     * Gives everything back to the driver, on the calling thread, which hangs if the driver does;
     * the seat is closed and drained.
     *
     * @param limitNanos how long to wait for what somebody else unloads
     * @return false when that has not ended, and the session stays open beneath it
     */
    boolean release(long limitNanos) {
        models.keySet().forEach(this::unloadHere);
        for (Unload other : unloads.values()) {
            if (!other.awaitEnd(limitNanos)) {
                return false;
            }
        }
        session.close();
        return true;
    }

    /** {@return what its models use, held for the caller} */
    synchronized List<SharedNeff> retainNeffs() {
        List<SharedNeff> neffs = models.keySet().stream().map(CoreModel::neff).toList();
        neffs.forEach(SharedNeff::retain);
        return neffs;
    }

    /** Asks whatever runs to stop. */
    void stopAll() {
        models.keySet().forEach(CoreModel::stop);
    }
}

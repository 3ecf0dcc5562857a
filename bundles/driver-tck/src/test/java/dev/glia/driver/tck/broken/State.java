package dev.glia.driver.tck.broken;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** What all objects of one bundle share. */
final class State {
    static final int FEW = 10;
    static final ReentrantLock LOCK = new ReentrantLock();
    static final AtomicInteger DRIVERS = new AtomicInteger();
    static final AtomicInteger OPENED = new AtomicInteger();
    static final AtomicInteger LOADED = new AtomicInteger();
    static final AtomicInteger BOUND = new AtomicInteger();
    static final AtomicInteger OPEN_CORES = new AtomicInteger();
    static final AtomicInteger RUNNING = new AtomicInteger();
    static final AtomicBoolean BUSY = new AtomicBoolean();
    static final Set<BrokenRun> RUNS = ConcurrentHashMap.newKeySet();
    static volatile boolean allCoresDead;
    static final float[] SCRATCH = new float[4];

    private static final Fault FAULT = Fault.here();

    private State() {}

    static boolean has(Fault fault) {
        return FAULT == fault;
    }

    static NrtException failure(String reason) {
        return new NrtException(NrtStatus.NRT_FAILURE, reason);
    }

    static void dwell(long micros) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
    }

    /** Counts in this JVM, across all copies of this class. */
    static int count(String name) {
        synchronized (System.getProperties()) {
            int next = Integer.getInteger("broken." + name, 0) + 1;
            System.setProperty("broken." + name, Integer.toString(next));
            return next;
        }
    }

    /**
     * Refuses whoever comes while somebody else is inside, who stays until others must have come.
     */
    static void alone(Fault fault) {
        if (has(fault)) {
            if (!BUSY.compareAndSet(false, true)) {
                throw failure("somebody else is already here, which nobody thought of");
            }
            dwell(fault == Fault.ONE_BINDER ? 20_000 : 300_000); // which is entered 160 times
            BUSY.set(false);
        }
    }
}

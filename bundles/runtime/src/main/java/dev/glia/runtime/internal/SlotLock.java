package dev.glia.runtime.internal;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The lock of a slot, and waiting for a change under it. To be closed where it was taken. */
final class SlotLock implements AutoCloseable {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Takes it. */
    SlotLock hold() {
        lock.lock();
        return this;
    }

    /** Wakes all who wait for a change. */
    void changed() {
        changed.signalAll();
    }

    /** Waits for a change. An interrupt does not stop a driver: it is kept for later. */
    void awaitChange(long nanos) {
        boolean interrupted = Thread.interrupted();
        try {
            changed.awaitNanos(nanos);
        } catch (InterruptedException interrupt) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits for a change, for one who may be interrupted. */
    void awaitChangeOrInterrupt(long nanos) throws InterruptedException {
        changed.awaitNanos(nanos);
    }

    @Override
    public void close() {
        lock.unlock();
    }
}

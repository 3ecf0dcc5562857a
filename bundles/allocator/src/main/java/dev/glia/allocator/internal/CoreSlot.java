package dev.glia.allocator.internal;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A physical core: the lock that decides about it and the record that tells about it. Guarded by
 * the allocator.
 */
final class CoreSlot {
    private final int core;
    private final LockFile lock;
    private final RecordFile record;
    private OwnerRecord mine;
    private long lastFence;

    CoreSlot(Posix posix, Path locks, int core) {
        this.core = core;
        this.lock = new LockFile(posix, locks.resolve("nc" + core + ".lock"));
        this.record = new RecordFile(posix, locks.resolve("nc" + core + ".owner"));
    }

    int core() {
        return core;
    }

    /** {@return whether this object owns the core} */
    boolean isMine() {
        return lock.isHeld();
    }

    /** {@return whether anybody owns the core, or is about to} */
    boolean isOwned() {
        return lock.isLocked();
    }

    /**
     * {@return the owner of an owned core; nothing while it comes or goes, or when its record is
     * damaged or left by a process that is dead}
     */
    Optional<OwnerRecord> owner() {
        return mine != null
                ? Optional.of(mine)
                : record.read().filter(OwnerRecord::owned).filter(ThisProcess::isAlive);
    }

    /** Takes the core unless somebody owns it. {@link #announce} must follow. */
    boolean tryTake() {
        return lock.tryLock();
    }

    /**
     * Writes the record of the owner. Where the one before cannot be read, the clock gives its
     * fencing number: in microseconds it runs ahead of any count of claims, which take longer.
     */
    void announce(ThisProcess process, String tag) {
        long before =
                record.read()
                        .map(OwnerRecord::fence)
                        .orElseGet(() -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
        lastFence = Math.max(before, lastFence) + 1;
        OwnerRecord announced = process.owns(lastFence, tag);
        record.write(announced);
        mine = announced;
    }

    /** Gives the core back, if it is owned. The record says so before the lock does. */
    void release() {
        if (!lock.isHeld()) {
            return;
        }
        try {
            if (mine != null) {
                record.write(mine.released());
            }
        } finally {
            mine = null;
            lock.unlock();
        }
    }

    /** Closes the file. */
    void close() {
        lock.close();
    }
}

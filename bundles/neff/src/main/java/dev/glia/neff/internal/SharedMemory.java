package dev.glia.neff.internal;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** The memory of a NEFF, which lives as long as the NEFF. */
final class SharedMemory implements AutoCloseable {
    private final MemorySegment bytes;
    private final Runnable free;
    private final AtomicBoolean closed = new AtomicBoolean();

    SharedMemory(MemorySegment bytes, Runnable free) {
        this.bytes = bytes;
        this.free = free;
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** Frees it. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            free.run();
        }
    }
}

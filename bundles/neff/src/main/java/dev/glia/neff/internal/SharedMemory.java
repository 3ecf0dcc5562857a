package dev.glia.neff.internal;

import dev.glia.device.ModelImage;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** The memory of a NEFF, which lives as long as the NEFF or anybody who holds it. */
final class SharedMemory implements ModelImage.Hold {
    private final MemorySegment bytes;
    private final Runnable free;
    private final AtomicBoolean closed = new AtomicBoolean();
    private int holders = 1;

    /** The last one to let go frees it. */
    SharedMemory(MemorySegment bytes, Runnable free) {
        this.bytes = bytes;
        this.free = free;
    }

    MemorySegment bytes() {
        return bytes;
    }

    /**
     * {@return one more hold}
     *
     * @throws IllegalStateException when nobody holds the memory any more
     */
    synchronized ModelImage.Hold hold() {
        if (holders == 0) {
            throw new IllegalStateException("the NEFF is closed");
        }
        holders++;
        AtomicBoolean released = new AtomicBoolean();
        return () -> release(released);
    }

    private synchronized void release(AtomicBoolean released) {
        if (released.compareAndSet(false, true) && --holders == 0) {
            free.run();
        }
    }

    /** Ends the hold of the NEFF itself. */
    @Override
    public void close() {
        release(closed);
    }
}

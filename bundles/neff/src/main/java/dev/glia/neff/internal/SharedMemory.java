package dev.glia.neff.internal;

import dev.glia.device.ModelImage;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;

/** The memory of a NEFF, which lives as long as the NEFF or anybody who holds it. */
final class SharedMemory implements ModelImage.Hold {
    private final Arena arena = Arena.ofShared();
    private final AtomicBoolean closed = new AtomicBoolean();
    private int holders = 1;

    Arena arena() {
        return arena;
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
            arena.close();
        }
    }

    /** Ends the hold of the NEFF itself. */
    @Override
    public void close() {
        release(closed);
    }
}

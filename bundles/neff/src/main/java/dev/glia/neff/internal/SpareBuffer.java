package dev.glia.neff.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A buffer that is kept from one load to the next: its pages are there already, which takes the
 * system longer than to fill them.
 */
final class SpareBuffer {
    private final AtomicReference<ByteBuffer> spare = new AtomicReference<>();
    private final int size;

    SpareBuffer(int size) {
        this.size = size;
    }

    /** The spare one, or a new one when somebody else has it. */
    ByteBuffer take() {
        ByteBuffer kept = spare.getAndSet(null);
        return kept == null ? ByteBuffer.allocateDirect(size) : kept;
    }

    /** Gives one back that nobody uses any more. */
    void give(ByteBuffer buffer) {
        spare.set(buffer);
    }
}

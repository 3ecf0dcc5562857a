package dev.glia.allocator.internal;

import dev.glia.core.CoreClaim;
import dev.glia.device.CoreAddress;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The cores of one claim, and how they are given back. */
final class OwnedCores implements CoreClaim {
    private final List<CoreAddress> cores;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    OwnedCores(List<CoreAddress> cores, Runnable release) {
        this.cores = List.copyOf(cores);
        this.release = release;
    }

    @Override
    public List<CoreAddress> cores() {
        return cores;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release.run();
        }
    }
}

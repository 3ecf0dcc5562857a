package dev.glia.allocator.internal;

import dev.glia.core.CoreClaim;
import dev.glia.device.CoreAddress;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/** The cores of one claim, and how they are given back. */
final class OwnedCores implements CoreClaim {
    private final List<CoreAddress> cores;
    private final BiConsumer<CoreAddress, Boolean> note;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    OwnedCores(List<CoreAddress> cores, BiConsumer<CoreAddress, Boolean> note, Runnable release) {
        this.cores = List.copyOf(cores);
        this.note = note;
        this.release = release;
    }

    @Override
    public List<CoreAddress> cores() {
        return cores;
    }

    @Override
    public void note(CoreAddress core, boolean quarantined) {
        note.accept(core, quarantined);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release.run();
        }
    }
}

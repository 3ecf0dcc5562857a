package dev.glia.runtime.internal;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who uses native memory: its owner and the executions that are bound to it. The last one to let go
 * frees it; memory of the application is left to the application.
 */
final class Storage {

    private static final Runnable LEFT_ALONE = () -> {};

    /** Only once, and not kept longer; whoever lets go last has it. */
    private Runnable free;

    private final AtomicInteger holders = new AtomicInteger(1);

    private Storage(Runnable free) {
        this.free = free;
    }

    /** {@return the storage of an arena, held once} */
    static Storage of(Arena arena) {
        return freedBy(arena::close);
    }

    /** {@return the storage of memory that is freed in some way, held once} */
    static Storage freedBy(Runnable free) {
        return new Storage(free);
    }

    /** {@return the storage of memory that somebody else frees, held once} */
    static Storage ofApplication() {
        return freedBy(LEFT_ALONE);
    }

    /** {@return whether the memory is there and the caller holds it now} */
    boolean retain() {
        int seen = holders.get();
        while (seen > 0 && !holders.compareAndSet(seen, seen + 1)) {
            seen = holders.get();
        }
        return seen > 0;
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            Runnable last = free;
            free = LEFT_ALONE;
            last.run();
        }
    }
}

package dev.glia.device.kit;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The device memory of one core: who takes what, and that it is never more than there is.
 * Thread-safe.
 */
public final class MemoryAccount {

    private final String core;
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /**
     * Opens an account.
     *
     * @param core the core, for messages
     * @param limit how many bytes it has
     */
    public MemoryAccount(String core, long limit) {
        this.core = core;
        this.limit = limit;
    }

    /**
     * Takes memory.
     *
     * @param bytes how much
     * @param usage what for, for the message
     * @return the memory, to be given back exactly once
     * @throws NrtException NRT_RESOURCE when there is not as much
     */
    public Reservation reserve(long bytes, String usage) {
        while (true) {
            long before = used.get();
            if (bytes > limit - before) {
                throw new NrtException(
                        NrtStatus.NRT_RESOURCE,
                        "Failed to allocate "
                                + bytes
                                + " bytes (usage: "
                                + usage
                                + ") on "
                                + core
                                + ": "
                                + before
                                + " of "
                                + limit
                                + " bytes of device memory are in use; unload a model, or use another core");
            }
            if (used.compareAndSet(before, before + bytes)) {
                return new Reservation(bytes);
            }
        }
    }

    /** {@return how many bytes are taken} */
    public long used() {
        return used.get();
    }

    /** Memory that was taken. */
    public final class Reservation implements AutoCloseable {

        private final AtomicLong held;

        private Reservation(long bytes) {
            held = new AtomicLong(bytes);
        }

        /** Gives the memory back. Idempotent. */
        @Override
        public void close() {
            used.addAndGet(-held.getAndSet(0));
        }
    }
}

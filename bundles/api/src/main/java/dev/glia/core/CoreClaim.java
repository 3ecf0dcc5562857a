package dev.glia.core;

import dev.glia.device.CoreAddress;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/** Cores that this process owns. */
@ProviderType
public interface CoreClaim extends AutoCloseable {

    /** {@return the cores, contiguous and ascending} */
    List<CoreAddress> cores();

    /**
     * Notes for other processes that a core refuses its requests, or no longer does. What it writes
     * only informs; it may wait for a disk, and does not throw.
     *
     * @param core a core of this claim
     * @param quarantined whether it refuses them
     */
    default void note(CoreAddress core, boolean quarantined) {}

    /** Releases the cores. Idempotent. */
    @Override
    void close();
}

package dev.glia.core;

import dev.glia.device.CoreAddress;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/** Cores that this process owns. */
@ProviderType
public interface CoreClaim extends AutoCloseable {

    /** {@return the cores, contiguous and ascending} */
    List<CoreAddress> cores();

    /** Releases the cores. Idempotent. */
    @Override
    void close();
}

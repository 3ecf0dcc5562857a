package dev.glia.core;

import dev.glia.device.CoreAddress;

import org.osgi.annotation.versioning.ProviderType;

/** Makes lanes. Registered as a service by the executor. Thread-safe. */
@ProviderType
public interface LaneFactory {

    /**
     * Opens the lane of a core.
     *
     * @param core the core, for messages
     * @param index the number of the core as the application counts them
     * @param maxInFlight how many queued requests may be in flight, at least 1
     * @return the lane; the caller closes it
     */
    default Lane open(CoreAddress core, int index, int maxInFlight) {
        return open(core, index, maxInFlight, () -> {});
    }

    /**
     * Opens the lane of a core.
     *
     * @param core the core, for messages
     * @param index the number of the core as the application counts them
     * @param maxInFlight how many queued requests may be in flight, at least 1
     * @param changed told when the core has become quarantined and when it serves again; called on
     *     threads that others wait for, so it returns at once
     * @return the lane; the caller closes it
     */
    Lane open(CoreAddress core, int index, int maxInFlight, Runnable changed);
}

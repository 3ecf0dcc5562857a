package dev.glia.device;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/**
 * The device drivers of this container and what the runtime makes of each: a service of the
 * runtime.
 *
 * <p>All methods may be called from any thread at any time; they neither wait for a driver nor call
 * one.
 */
@ProviderType
public interface Drivers {

    /**
     * {@return every driver that is registered or still drains, by architecture; within one the
     * serving driver first, then the others in the order in which they would be chosen}
     */
    List<DriverState> states();
}

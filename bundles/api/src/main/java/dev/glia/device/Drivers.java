package dev.glia.device;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/**
 * The device drivers of this container and what the runtime makes of each: a service of the
 * runtime.
 *
 * <p>All methods may be called from any thread at any time; except for {@link #prefer}, they
 * neither wait for a driver nor call one.
 */
@ProviderType
public interface Drivers {

    /**
     * {@return every driver that is registered or still drains, by architecture; within one the
     * serving driver first, then the others in the order in which they would be chosen}
     */
    List<DriverState> states();

    /**
     * Lets one driver serve its architecture, whatever the ranking of the others: it is tried side
     * by side now, also when it was refused before, and takes over if it is fit. It stays the first
     * choice until its service goes or another one is preferred. Where no runtime of its
     * architecture is initialised, it is not tried before one is.
     *
     * <p>Returns when it serves and the driver that served before has everything back, or was
     * cancelled; both are bounded in time. A driver that is not fit changes nothing: what served
     * goes on to serve, and what was preferred is still preferred.
     *
     * @param serviceId the number of its service
     * @throws dev.glia.runtime.NrtException NRT_INVALID when no driver has that number; otherwise
     *     why it is not fit, with the status that it threw, or NRT_TIMEOUT when it did not answer
     */
    void prefer(long serviceId);
}

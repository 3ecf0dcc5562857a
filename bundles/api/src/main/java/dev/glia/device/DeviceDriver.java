package dev.glia.device;

import org.osgi.annotation.versioning.ConsumerType;

import java.util.List;

/**
 * The driver of one device architecture: what the author of a device bundle implements and
 * registers as a service, annotated with {@link NeuronDriver}.
 *
 * <p>Glia takes the driver with the highest service ranking for an architecture. It may come, go
 * and be replaced while requests run: Glia leases it for each request and waits for the leases
 * before the service is gone, so a deactivation never meets a running call. Leases, draining,
 * order, time-outs, statistics and logs are Glia's business.
 *
 * <p>All methods may be called from any thread, also at the same time. The constructor should only
 * check and record: the service is registered before the device is needed.
 */
@ConsumerType
public interface DeviceDriver {

    /**
     * Service property {@value}, a String: the architecture, equal to the name in {@link
     * #architecture()}. Required; {@link NeuronDriver} sets it.
     */
    String ARCHITECTURE = "glia.driver.arch";

    /** {@return the facts of the architecture; always the same, at once} */
    Architecture architecture();

    /**
     * Describes the hosts that have devices of this architecture, so that GLIA_INSTANCE can name
     * one. {@link Machine} asks for a name that it does not know itself. Must not call {@link
     * Machine#info()}, which waits for this answer.
     *
     * @return the hosts; the architecture's name alone means the first. Unless overridden, one
     *     emulated host with one device
     */
    default List<InstanceShape> instances() {
        return List.of(InstanceShape.single(architecture().name()));
    }

    /**
     * Lists the devices of this architecture on this machine. Must not block for long.
     *
     * @return the devices in the order of their numbers; empty when there is none
     * @throws dev.glia.runtime.NrtException NRT_HW_ERROR when the hardware cannot be asked
     */
    List<DeviceInfo> devices();

    /**
     * Opens a core. Glia owns the core in the sense of the allocator before it calls this, and
     * opens it once.
     *
     * @param core the core
     * @return the session; the caller closes it
     * @throws dev.glia.runtime.NrtException NRT_INVALID for a core that this architecture does not
     *     have, NRT_HW_ERROR when it does not answer
     */
    CoreSession open(CoreAddress core);
}

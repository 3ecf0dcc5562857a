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
 * <p>Who calls: the runtime, which opens cores and loads models while it initialises, while an
 * application loads a model and while a driver takes over; the lane of a core, which runs; the
 * machine, which asks for instances; the command line, which lists devices. Who owns: the driver
 * owns what it registers and keeps; what it returns belongs to Glia, which closes it, bindings
 * before models before cores, once each.
 *
 * <ul>
 *   <li>[DRV-12] It is registered once for each architecture of the bundle, with the property
 *       {@link #ARCHITECTURE}, a String equal to the capability and to the name in {@link
 *       #architecture()}.
 *   <li>[DRV-13] The property {@code service.ranking} is an Integer, if it is there.
 *   <li>[DRV-14] Everybody gets the same driver, and gets one: its scope is that of a singleton.
 *   <li>[DRV-15] The constructor checks and records, and returns at once. It asks neither the
 *       machine nor an engine, and does not throw: the service is registered before the device is
 *       needed.
 *   <li>[DRV-16] It registers no service that Glia itself provides.
 *   <li>[DRV-17] All methods of a driver, its cores and models may be called from any thread,
 *       virtual ones included, at the same time, and each from another one. The context class
 *       loader of the thread means nothing.
 *   <li>[DRV-18] A refusal is a {@link dev.glia.runtime.NrtException} with the status that is
 *       documented, and a reason that names what was refused and says what would be accepted.
 *   <li>[DRV-19] When it has gone, nothing of it is left: no thread, no open file or socket, no
 *       process, no class.
 * </ul>
 */
@ConsumerType
public interface DeviceDriver {

    /**
     * Service property {@value}, a String: the architecture, equal to the name in {@link
     * #architecture()}. Required; {@link NeuronDriver} sets it.
     */
    String ARCHITECTURE = "glia.driver.arch";

    /**
     * Tells the facts. Called often, from any thread.
     *
     * @return the facts of the architecture: always the same, at once, also while a core hangs
     *     [DRV-20]
     */
    Architecture architecture();

    /**
     * Describes the hosts that have devices of this architecture, so that GLIA_INSTANCE can name
     * one. {@link Machine} asks for a name that it does not know itself, before the machine is
     * known. Must not block.
     *
     * <p>[DRV-27] Each name is lower-case letters and digits with single dots or dashes between
     * them, once; there are 1 to 64 devices, and links go both ways. [DRV-28] It does not call
     * {@link Machine#info()}, which waits for this answer.
     *
     * @return the hosts; the architecture's name alone means the first. Unless overridden, one
     *     emulated host with one device
     */
    default List<InstanceShape> instances() {
        return List.of(InstanceShape.single(architecture().name()));
    }

    /**
     * Lists the devices of this architecture on this machine. Called from any thread, also while
     * cores run or hang; must not block for long.
     *
     * <p>[DRV-29] These are the devices of {@link MachineInfo#devices()} that have this
     * architecture, as they are, in their order. [DRV-30] What the machine throws is passed on, and
     * not remembered.
     *
     * @return the devices in the order of their numbers; empty when there is none
     * @throws dev.glia.runtime.NrtException NRT_HW_ERROR when the hardware cannot be asked
     */
    List<DeviceInfo> devices();

    /**
     * Opens a core. Glia owns the core in the sense of the allocator before it calls this, and
     * opens it once for each revision; may block.
     *
     * <p>[DRV-31] Every logical core of every offered size opens, and again after it was closed.
     * [DRV-32] A core, a device or a size that is not there is refused with NRT_INVALID.
     *
     * @param core the core
     * @return the session; the caller closes it
     * @throws dev.glia.runtime.NrtException NRT_INVALID for a core that this architecture does not
     *     have, NRT_HW_ERROR when it does not answer
     */
    CoreSession open(CoreAddress core);
}

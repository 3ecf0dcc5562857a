package dev.glia.device;

import org.osgi.annotation.versioning.ProviderType;

/** The machine this process runs on. Registered as a service. Thread-safe. */
@ProviderType
public interface Machine {

    /**
     * Discovers the machine that GLIA_INSTANCE means; the answer does not change while the process
     * lives. The first call reads sysfs, or creates the emulated instance on disk; later calls
     * return at once.
     *
     * @return the Neuron hardware of this host
     * @throws dev.glia.runtime.NrtException NRT_FAILURE when there is no usable Neuron device or
     *     its kernel driver is missing or too old, NRT_INVALID when GLIA_INSTANCE names no instance
     *     type
     */
    MachineInfo info();
}

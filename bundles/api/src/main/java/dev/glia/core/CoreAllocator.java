package dev.glia.core;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/**
 * Which process owns which NeuronCore. Ownership is exclusive across processes, decided by kernel
 * locks, and ends with the claim or with the process, however it dies. Registered as a service.
 * Thread-safe.
 */
@ProviderType
public interface CoreAllocator {

    /**
     * Claims the cores that NEURON_RT_VISIBLE_CORES, NEURON_RT_NUM_CORES and
     * NEURON_LOGICAL_NC_CONFIG ask for: all of them or none.
     *
     * @return the claim; the caller closes it
     * @throws dev.glia.runtime.NrtException NRT_RESOURCE when they are not available, with the line
     *     that libnrt logs; NRT_INVALID when the machine has no such cores
     */
    CoreClaim claim();

    /** {@return who owns cores of this machine now, in the order of their numbers} */
    List<CoreOwner> owners();
}

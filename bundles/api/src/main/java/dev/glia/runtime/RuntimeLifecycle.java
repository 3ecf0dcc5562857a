package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The runtime before it is initialised: what libnrt answers without {@code nrt_init}, and {@code
 * nrt_init} itself. Registered as a service as soon as Glia's bundles are up. Thread-safe.
 */
@ProviderType
public interface RuntimeLifecycle {

    /**
     * Framework property or environment variable {@value}: {@code auto} (the default) initialises
     * the runtime as soon as all bundles are there and registers {@link NeuronRuntime} as a
     * service; {@code manual} waits for {@link #init()}, as the command line does.
     */
    String INIT = "GLIA_INIT";

    /** {@return the state of the runtime in this process} */
    RuntimeState state();

    /** {@return the version of Glia} */
    String version();

    /**
     * Claims the NeuronCores that the configuration asks for: {@code nrt_init}. While the runtime
     * is initialised, further calls return the same runtime. After {@link NeuronRuntime#close()} it
     * can be initialised again.
     *
     * @return the runtime
     * @throws NrtException NRT_INVALID for a bad configuration value, NRT_RESOURCE when cores are
     *     not available, NRT_FAILURE when the machine has no usable Neuron device
     */
    NeuronRuntime init();
}

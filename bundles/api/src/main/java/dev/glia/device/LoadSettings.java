package dev.glia.device;

/**
 * The configuration that counts when a model is loaded.
 *
 * @param allowLegacy whether NEFFs of older architectures are executed
 *     (NEURON_RT_ALLOW_LEGACY_NEFF)
 * @param sharedWeights whether instances of one model share their weights
 *     (NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS)
 * @param reportNan whether an execution whose outputs contain NaN says so
 * @param memoryTable whether what takes the memory of a core is logged when it has not enough
 *     (NEURON_RT_ENABLE_DEVICE_MEMORY_OOM_LOG)
 * @param containment how far an engine keeps the graph of this model away from this process
 *     (GLIA_NEFF_TRUST, and who has signed the NEFF)
 */
public record LoadSettings(
        boolean allowLegacy,
        boolean sharedWeights,
        boolean reportNan,
        boolean memoryTable,
        Containment containment) {

    /** How far a graph is kept away from the process that loads it. */
    public enum Containment {
        /** Not at all: whoever made the graph is trusted. */
        NONE,
        /**
         * It is loaded in a process of its own first, unless it is known that this does no harm.
         */
        TRIED,
        /** It is loaded and executed in a process of its own. */
        ISOLATED
    }

    /** Processes do not share the weights of a model. */
    public LoadSettings {
        sharedWeights = sharedWeights && containment != Containment.ISOLATED;
    }

    /**
     * Settings for a model that is trusted.
     *
     * @param allowLegacy NEURON_RT_ALLOW_LEGACY_NEFF
     * @param sharedWeights NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS
     * @param reportNan whether an execution whose outputs contain NaN says so
     * @param memoryTable NEURON_RT_ENABLE_DEVICE_MEMORY_OOM_LOG
     */
    public LoadSettings(
            boolean allowLegacy, boolean sharedWeights, boolean reportNan, boolean memoryTable) {
        this(allowLegacy, sharedWeights, reportNan, memoryTable, Containment.NONE);
    }

    /**
     * Settings for a model that is trusted, which log what takes the memory.
     *
     * @param allowLegacy NEURON_RT_ALLOW_LEGACY_NEFF
     * @param sharedWeights NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS
     * @param reportNan whether an execution whose outputs contain NaN says so
     */
    public LoadSettings(boolean allowLegacy, boolean sharedWeights, boolean reportNan) {
        this(allowLegacy, sharedWeights, reportNan, true);
    }

    /**
     * {@return these settings with another containment}
     *
     * @param other how far the graph is kept away
     */
    public LoadSettings with(Containment other) {
        return new LoadSettings(allowLegacy, sharedWeights, reportNan, memoryTable, other);
    }
}

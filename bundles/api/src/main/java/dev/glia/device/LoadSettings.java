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
 */
public record LoadSettings(
        boolean allowLegacy, boolean sharedWeights, boolean reportNan, boolean memoryTable) {

    /**
     * Settings that log what takes the memory.
     *
     * @param allowLegacy NEURON_RT_ALLOW_LEGACY_NEFF
     * @param sharedWeights NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS
     * @param reportNan whether an execution whose outputs contain NaN says so
     */
    public LoadSettings(boolean allowLegacy, boolean sharedWeights, boolean reportNan) {
        this(allowLegacy, sharedWeights, reportNan, true);
    }
}

package dev.glia.device;

/**
 * The configuration that counts when a model is loaded.
 *
 * @param allowLegacy whether NEFFs of older architectures are executed
 *     (NEURON_RT_ALLOW_LEGACY_NEFF)
 * @param sharedWeights whether instances of one model share their weights
 *     (NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS)
 * @param reportNan whether an execution whose outputs contain NaN says so
 */
public record LoadSettings(boolean allowLegacy, boolean sharedWeights, boolean reportNan) {}

package dev.glia.device;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A core in use by this process. Made by {@link DeviceDriver#open}; Glia owns it and closes it
 * after all models on it are closed, at the latest before the driver is deactivated.
 */
@ConsumerType
public interface CoreSession extends AutoCloseable {

    /**
     * Loads a model on this core. Called from any thread, several at once, also while the core
     * runs; may block. The image belongs to Glia, what is returned belongs to the caller.
     *
     * <p>[DRV-33] A core holds several models at once. [DRV-34] A NEFF for another architecture,
     * for an older one unless that is allowed, with features, element types or logical cores that
     * are not here, or without a graph that can be executed is refused with
     * NRT_UNSUPPORTED_NEFF_VERSION. [DRV-35] What does not fit the memory of the core is refused
     * with NRT_RESOURCE, here or when it is bound, and what is closed makes room. [DRV-36] A NEFF
     * that is damaged is refused with NRT_INVALID.
     *
     * @param image the model; stays open until the loaded model is closed
     * @param settings the configuration at this moment
     * @return the loaded model; the caller closes it
     * @throws dev.glia.runtime.NrtException NRT_UNSUPPORTED_NEFF_VERSION when this architecture
     *     does not execute it, NRT_RESOURCE when it does not fit, NRT_INVALID when it is damaged
     */
    LoadedModel load(ModelImage image, LoadSettings settings);

    /**
     * Tells what takes the memory of this core. Called from any thread; must not block for long.
     *
     * <p>[DRV-38] What a model takes is part of it from the load to the end, and not longer.
     *
     * @return the usage at this moment; {@link MemoryUsage#UNKNOWN} when nothing is accounted
     */
    default MemoryUsage memory() {
        return MemoryUsage.UNKNOWN;
    }

    /**
     * Gives the core back. Called once, when no model is loaded; may block for a moment. [DRV-37]
     * It does not throw, and other cores go on.
     */
    @Override
    void close();
}

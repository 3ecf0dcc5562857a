package dev.glia.device;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A core in use by this process. Made by {@link DeviceDriver#open}; Glia owns it and closes it
 * after all models on it are closed, at the latest before the driver is deactivated.
 */
@ConsumerType
public interface CoreSession extends AutoCloseable {

    /**
     * Loads a model on this core. Called from any thread, several at once; may block.
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
     * @return the usage at this moment; {@link MemoryUsage#UNKNOWN} when nothing is accounted
     */
    default MemoryUsage memory() {
        return MemoryUsage.UNKNOWN;
    }

    /** Gives the core back. Called once, when no model is loaded. Does not throw. */
    @Override
    void close();
}

package dev.glia.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What computes for the cores: drivers are thin and pure Java, engines hold the native code and are
 * never replaced live. Registered as a service. Thread-safe.
 */
@ProviderType
public interface Engine {

    /** Service property {@value}, a String: the function of the graphs it executes. Required. */
    String FUNCTION = "glia.engine.function";

    /**
     * {@return the function of the graphs it executes, as in {@link ModelImage.Graph#function()}}
     */
    String function();

    /**
     * Loads the graph of a model that has this engine's function. May block.
     *
     * @param image the model; stays open until the loaded model is closed
     * @param settings the configuration at this moment
     * @return the loaded model; the caller closes it
     * @throws dev.glia.runtime.NrtException NRT_INVALID when the graph is damaged or does not fit
     *     the tensors of the NEFF, NRT_RESOURCE when memory does not suffice
     */
    LoadedModel load(ModelImage image, LoadSettings settings);
}

package dev.glia.device;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

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
     * What a model takes of the memory of a core, besides its tensors.
     *
     * @param code the bytes of its graph
     * @param constants the bytes of its weights, as far as they are not part of the graph
     */
    record Footprint(long code, long constants) {}

    /**
     * Tells what a model takes of the memory of a core, before it is loaded. Quick.
     *
     * @param image a model that has a graph with this engine's function
     * @return its footprint
     * @throws NrtException NRT_INVALID when the NEFF lacks the graph
     */
    default Footprint footprint(ModelImage image) {
        return image.graphs().stream()
                .filter(graph -> graph.function().equals(function()))
                .findFirst()
                .map(graph -> new Footprint(image.member(graph.member()).byteSize(), 0))
                .orElse(new Footprint(0, 0));
    }

    /**
     * Loads the graph of a model that has this engine's function. May block. Keeps the graph away
     * from this process as far as the settings say, or refuses it.
     *
     * @param image the model; stays open until the loaded model is closed
     * @param settings the configuration at this moment
     * @return the loaded model; the caller closes it
     * @throws NrtException NRT_INVALID when the graph is damaged or does not fit the tensors of the
     *     NEFF, NRT_RESOURCE when memory does not suffice, NRT_TIMEOUT when the thread is
     *     interrupted while the graph is tried
     */
    LoadedModel load(ModelImage image, LoadSettings settings);

    /**
     * Makes an engine that computes for one core in a process of its own. Whatever ends that
     * process, be it a crash or a run that would not stop, the core goes on with a new one.
     *
     * @param core the core
     * @return the engine; the caller closes it after its models
     * @throws NrtException NRT_FAILURE when this engine computes in this process only
     */
    default Isolated isolate(CoreAddress core) {
        throw new NrtException(
                NrtStatus.NRT_FAILURE,
                "the engine for "
                        + function()
                        + " cannot isolate "
                        + core
                        + " in a process of its own; leave GLIA_EMULATE_ISOLATION unset");
    }

    /** An engine for one core, in a process of its own. */
    @ProviderType
    interface Isolated extends Engine, AutoCloseable {

        /** Ends the process. */
        @Override
        void close();
    }
}

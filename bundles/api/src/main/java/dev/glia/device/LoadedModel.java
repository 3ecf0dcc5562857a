package dev.glia.device;

import org.osgi.annotation.versioning.ConsumerType;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** A model on a core. Made by {@link CoreSession#load} or {@link Engine#load}; Glia closes it. */
@ConsumerType
public interface LoadedModel extends AutoCloseable {

    /**
     * Binds memory to the tensors of the model. Called once per prepared request and driver
     * revision, never per execution; from any thread, several at once, also while the core runs.
     * The memory belongs to Glia.
     *
     * <p>[DRV-39] A model has as many bindings as wanted, and none disturbs another.
     *
     * @param inputs native memory in the order of {@link ModelImage#inputs()}, each exactly of its
     *     tensor's size; it stays alive until the invocation is closed
     * @param outputs the same for the outputs
     * @return the bound model; the caller closes it
     * @throws dev.glia.runtime.NrtException NRT_RESOURCE when memory does not suffice
     */
    Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs);

    /**
     * Unloads the model. Called once, when all its invocations are closed. [DRV-40] It does not
     * throw, gives back all that the model took, and leaves other models alone. What it throws is
     * logged; a core whose model is not unloaded after 30 seconds is out of service until it is.
     */
    @Override
    void close();
}

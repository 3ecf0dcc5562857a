package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * The initialised runtime of this process, which owns its NeuronCores. Thread-safe.
 *
 * <p>In an OSGi container it is a service that is there while the cores are owned; a plain Java
 * program gets it from {@link RuntimeLifecycle#init()}. Components never see a driver, a core lock
 * or a log sink come and go.
 */
@ProviderType
public interface NeuronRuntime extends AutoCloseable {

    /** {@return whether this runtime is initialised or closed} */
    RuntimeState state();

    /** {@return the machine} */
    InstanceInfo instance();

    /** {@return the NeuronCores of this process, numbered from 0} */
    List<NeuronCore> cores();

    /**
     * Loads a NEFF on the core with the fewest models.
     *
     * @param neff a NEFF file
     * @return the loaded model
     * @throws NrtException as {@link #load(Path, LoadOptions)}
     */
    default Model load(Path neff) {
        return load(neff, LoadOptions.firstFree());
    }

    /**
     * Loads a NEFF: {@code nrt_load}. NEURON_RT_EXEC_TIMEOUT and NEURON_RT_VALIDATE_HASH are taken
     * as they are at this moment. Blocks while the model is prepared.
     *
     * @param neff a NEFF file
     * @param options where to load it
     * @return the loaded model
     * @throws NrtException NRT_INVALID for a file that is no valid NEFF or a core that is none of
     *     this process, NRT_UNSUPPORTED_NEFF_VERSION for a NEFF that this architecture does not
     *     execute, NRT_RESOURCE when it does not fit, NRT_CLOSED after {@link #close()}
     */
    Model load(Path neff, LoadOptions options);

    /**
     * Loads a NEFF from memory.
     *
     * @param neff the bytes of a NEFF; only read during this call
     * @param options where to load it
     * @return the loaded model
     * @throws NrtException as {@link #load(Path, LoadOptions)}
     */
    Model load(MemorySegment neff, LoadOptions options);

    /** {@return the models that are loaded now} */
    List<Model> models();

    /**
     * Registers who is told of the end of queued requests; the last registration wins. Without one,
     * failures are logged.
     *
     * @param listener told of each end, or {@code null} for the default
     */
    void onCompletion(CompletionListener listener);

    /**
     * Closes the runtime: {@code nrt_close}. Requests in flight are finished or, after the
     * execution time-out, cancelled; models are unloaded; the cores are released. Later calls fail
     * with NRT_CLOSED. Idempotent.
     */
    @Override
    void close();
}

package dev.glia.runtime;

import dev.glia.device.MemoryUsage;

import org.osgi.annotation.versioning.ProviderType;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
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
     *     execute, NRT_RESOURCE when it does not fit, NRT_TIMEOUT when the device is not done with
     *     it after GLIA_LOAD_TIMEOUT seconds: its core is quarantined while that goes on,
     *     NRT_EXEC_NC_BUSY when the core is quarantined, NRT_CLOSED after {@link #close()}
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

    /**
     * Loads several instances of a NEFF, which is read and checked once: all of them or none. Each
     * executes beside the others; with NEURON_RT_MULTI_INSTANCE_SHARED_WEIGHTS they share their
     * weights.
     *
     * @param neff a NEFF file
     * @param places where to load, an instance for each: {@link LoadOptions#firstFree(int)}, which
     *     takes a core of its own for each instance, or {@link LoadOptions#cores(int...)}
     * @return the instances in the order of the places; each is closed on its own
     * @throws NrtException NRT_LOAD_NOT_ENOUGH_NC when there are fewer cores than instances that
     *     want one of their own; otherwise as {@link #load(Path, LoadOptions)}
     */
    List<Model> load(Path neff, List<LoadOptions> places);

    /**
     * Loads several instances of a NEFF from memory.
     *
     * @param neff the bytes of a NEFF; only read during this call
     * @param places as {@link #load(Path, List)}
     * @return the instances in the order of the places
     * @throws NrtException as {@link #load(Path, List)}
     */
    List<Model> load(MemorySegment neff, List<LoadOptions> places);

    /**
     * Tells what takes the memory of a core: {@code nrt_get_vnc_memory_stats}.
     *
     * @param core the number of the core, as {@link #cores()} counts
     * @return the usage at this moment; {@link MemoryUsage#UNKNOWN} when the driver accounts
     *     nothing, or none is there just now
     * @throws NrtException NRT_INVALID for a core that is none of this process
     */
    MemoryUsage memory(int core);

    /** {@return the models that are loaded now} */
    List<Model> models();

    /**
     * Makes a tensor, filled with zeros, that belongs to no execution: {@code nrt_tensor_allocate}.
     *
     * @param info name, type and shape
     * @return the tensor; the caller closes it, at the latest the runtime does
     * @throws NrtException NRT_RESOURCE when memory does not suffice, NRT_CLOSED after {@link
     *     #close()}
     */
    Tensor allocate(TensorInfo info);

    /**
     * Makes a tensor of memory of the application, which is used in place and not copied: {@code
     * nrt_tensor_attach_buffer}.
     *
     * @param info name, type and shape
     * @param memory native memory of exactly that size, for any thread; the caller keeps it alive
     *     as long as the tensor and the executions bound to it. Read-only memory cannot be an
     *     output
     * @return the tensor
     * @throws NrtException NRT_INVALID for heap memory, memory of one thread or a wrong size,
     *     NRT_CLOSED after {@link #close()}
     */
    Tensor attach(TensorInfo info, MemorySegment memory);

    /**
     * Makes a tensor of a direct buffer, which is used in place and not copied.
     *
     * @param info name, type and shape
     * @param memory a direct buffer of which exactly that many bytes remain; the tensor keeps it
     *     alive
     * @return the tensor
     * @throws NrtException as {@link #attach(TensorInfo, MemorySegment)}
     */
    default Tensor attach(TensorInfo info, ByteBuffer memory) {
        return attach(info, MemorySegment.ofBuffer(memory));
    }

    /**
     * Maps a NumPy array file into memory and makes a tensor of it: nothing is read before a core
     * reads it, and nothing is copied. The tensor cannot be written.
     *
     * @param npy a {@code .npy} file in C order; it must not shrink while the tensor is in use: a
     *     core that reads what is gone ends the JVM
     * @param dtype the element type, one that NumPy stores in this way: bfloat16 and the types of
     *     8-bit floating point have no name of their own there
     * @return the tensor, with the name of the file without its ending, and the shape of the array
     * @throws NrtException NRT_INVALID when it is no such file, is cut off or has other elements,
     *     NRT_CLOSED after {@link #close()}
     */
    Tensor map(Path npy, DType dtype);

    /**
     * Shows the queue of a core.
     *
     * @param core the NeuronCore as the application counts them
     * @return its queue
     * @throws NrtException NRT_INVALID when it is none of this process
     */
    CoreQueue queue(int core);

    /**
     * Registers who is told of the end of queued requests; the last registration wins. Without one,
     * failures are logged.
     *
     * @param listener told of each end, or {@code null} for the default
     */
    void onCompletion(CompletionListener listener);

    /**
     * Closes the runtime: {@code nrt_close}. Requests in flight are finished or, after the
     * execution time-out, cancelled, and each is answered; models are unloaded; tensors are freed;
     * the cores are released. A driver that hangs or throws while it takes models and cores back is
     * waited for as long as a core may take to open, then left alone with an error in the log; the
     * cores are released all the same. Later calls fail with NRT_CLOSED. Idempotent.
     */
    @Override
    void close();
}

package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A NEFF loaded on a NeuronCore. Thread-safe. */
@ProviderType
public interface Model extends AutoCloseable {

    /** {@return the name in the NEFF header} */
    String name();

    /** {@return the id in the NEFF header} */
    UUID uuid();

    /** {@return the architecture that the NEFF was compiled for, such as {@code trn1}} */
    String architecture();

    /** {@return the NeuronCore that executes this model} */
    NeuronCore core();

    /** {@return the inputs in the order of the NEFF} */
    List<TensorInfo> inputs();

    /** {@return the outputs in the order of the NEFF} */
    List<TensorInfo> outputs();

    /**
     * Prepares a request with tensors of its own, filled with zeros.
     *
     * @return the prepared request
     * @throws NrtException NRT_RESOURCE when memory does not suffice, NRT_CLOSED when the model is
     *     closed
     */
    Execution prepare();

    /**
     * Prepares a request on memory of the application, which is used in place and not copied.
     *
     * @param tensors native memory by tensor name, each exactly of the tensor's size; it must stay
     *     alive as long as the execution. Tensors that are not named get memory of their own.
     * @return the prepared request
     * @throws NrtException NRT_INVALID for an unknown name, heap memory or a wrong size; otherwise
     *     as {@link #prepare()}
     */
    Execution prepare(Map<String, MemorySegment> tensors);

    /**
     * Unloads the model: {@code nrt_unload}. New requests are refused with NRT_CLOSED, requests
     * that run or wait are finished first, then all executions are closed.
     */
    @Override
    void close();
}

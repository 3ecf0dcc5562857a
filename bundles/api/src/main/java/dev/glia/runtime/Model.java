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

    /** {@return everything that is known of the model} */
    ModelInfo info();

    /** {@return the inputs in the order of the NEFF} */
    List<TensorInfo> inputs();

    /** {@return the outputs in the order of the NEFF} */
    List<TensorInfo> outputs();

    /**
     * Prepares a request with tensors of its own, filled with zeros.
     *
     * @return the prepared request
     * @throws NrtException NRT_RESOURCE when memory does not suffice, NRT_CLOSED when the model is
     *     closed, NRT_TIMEOUT when the driver has not bound them within GLIA_LOAD_TIMEOUT; its core
     *     is then quarantined until it has
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
     * Prepares a request on tensors of the application, which are used in place and not copied. The
     * same tensors may be bound to other executions and models.
     *
     * @param inputs tensors by the names of inputs; those that are not named get memory of their
     *     own, filled with zeros
     * @param outputs the same for outputs
     * @return the prepared request; it keeps the memory of the tensors alive until it is closed
     * @throws NrtException NRT_INVALID for an unknown name, another type or shape, in which
     *     dimensions of 1 do not count, or an output that cannot be written; NRT_CLOSED for a
     *     tensor that is closed; otherwise as {@link #prepare()}
     */
    Execution prepare(TensorSet inputs, TensorSet outputs);

    /**
     * Unloads the model: {@code nrt_unload}, which drains. New requests are refused with NRT_CLOSED
     * from the first moment; those that run or wait are finished, each within its time-out, and
     * answered; then all executions are closed. A request that cannot be stopped is not waited for:
     * what it uses is freed when it ends. Nor is a driver that does not unbind all executions and
     * unload the model within 30 seconds, which are one limit for all of it: its core is then
     * quarantined until it does, and an error in the log names driver, model and core. Other
     * instances of the NEFF stay loaded. Must not be called from a {@link CompletionListener} or
     * another callback of the core. Idempotent.
     */
    @Override
    void close();
}

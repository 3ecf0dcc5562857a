package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/**
 * A prepared request: a model with its tensors bound once, to be executed as often as wanted.
 *
 * <p>Use one execution per thread or per request in flight: an execution runs one request at a time
 * and refuses a second one with NRT_EXEC_NC_BUSY. Different executions of one model may run from
 * different threads; their core works on them one after the other, in the order in which they came.
 *
 * <p>The steady state of {@link #execute()} allocates nothing, looks nothing up and stays on the
 * calling thread. A device driver may be replaced at any time: the execution keeps its tensors and
 * goes on with the new one.
 */
@ProviderType
public interface Execution extends AutoCloseable {

    /**
     * Finds an input.
     *
     * @param name the name of an input of the model
     * @return its tensor, owned by this execution
     * @throws NrtException NRT_INVALID when the model has no such input; the message lists those it
     *     has
     */
    Tensor input(String name);

    /**
     * Finds an output.
     *
     * @param name the name of an output of the model
     * @return its tensor, owned by this execution
     * @throws NrtException NRT_INVALID when the model has no such output; the message lists those
     *     it has
     */
    Tensor output(String name);

    /** {@return all inputs in the order of {@link Model#inputs()}} */
    List<Tensor> inputs();

    /** {@return all outputs in the order of {@link Model#outputs()}} */
    List<Tensor> outputs();

    /**
     * Runs the request on its NeuronCore and waits for it: {@code nrt_execute}. When the core is
     * free the work is done on the calling thread.
     *
     * <p>With NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS above 0 it does not wait: it queues the
     * request, returns NRT_SUCCESS, and tells the {@linkplain NeuronRuntime#onCompletion listener}
     * of the end. When as many requests as that are in flight, or this execution is, it first waits
     * until one of them has ended. Outputs may be read after the end, such as after {@link
     * CoreQueue#drain}.
     *
     * @return NRT_SUCCESS, or NRT_EXEC_COMPLETED_WITH_NUM_ERR when the outputs contain NaN and the
     *     device reports it
     * @throws NrtException NRT_TIMEOUT after NEURON_RT_EXEC_TIMEOUT, NRT_EXEC_NC_BUSY when this
     *     execution already runs or its core is quarantined, NRT_CLOSED when execution, model or
     *     runtime are closed, or the status that the device reported
     */
    NrtStatus execute();

    /**
     * Runs the request several times in one turn of its NeuronCore: {@code nrt_execute_repeat}. It
     * is one request: no other comes in between, it may take as many times the time-out, and it
     * ends with the first repetition that fails.
     *
     * @param repeat how often, at least 1
     * @return as {@link #execute()}; NRT_EXEC_COMPLETED_WITH_NUM_ERR when any repetition said so
     * @throws NrtException NRT_INVALID when {@code repeat} is below 1; otherwise as {@link
     *     #execute()}
     */
    default NrtStatus execute(int repeat) {
        NrtStatus status = NrtStatus.NRT_SUCCESS;
        for (int i = 0; i < repeat; i++) {
            NrtStatus once = execute();
            status = once == NrtStatus.NRT_SUCCESS ? status : once;
        }
        return status;
    }

    /**
     * Queues the request on its NeuronCore and returns at once.
     *
     * @return the queued request
     * @throws NrtException NRT_QUEUE_FULL when as many requests are in flight as the core takes,
     *     NRT_EXEC_NC_BUSY when this execution already runs, NRT_CLOSED as above
     */
    Submission submit();

    /**
     * Frees the tensors. Waits for a running request. Closing the model closes its executions. When
     * the driver does not unbind them within 30 seconds their memory stays taken and the core is
     * quarantined until it does; the execution is closed all the same.
     *
     * @throws NrtException NRT_TIMEOUT in that case
     */
    @Override
    void close();
}

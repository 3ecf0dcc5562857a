package dev.glia.device;

import dev.glia.runtime.NrtStatus;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A model with its tensors bound, ready to run as often as wanted. Made by {@link
 * LoadedModel#bind}.
 *
 * <p>Glia calls {@link #run()} from one thread at a time, from any thread, and {@link #cancel()} at
 * any time from another one.
 *
 * <ul>
 *   <li>[DRV-41] Each run reads the inputs as they are then, writes the outputs and nothing else,
 *       and gives the answer of the model.
 *   <li>[DRV-42] The status of what computes is passed on as it is, be it returned or thrown.
 *   <li>[DRV-43] A cancelled run ends soon, with NRT_TIMEOUT, and no other run ends with it.
 *   <li>[DRV-44] {@link #cancel()} returns at once, also when the run does not end.
 *   <li>[DRV-45] After a refusal, a failure or a cancellation, core, model and binding work as
 *       before, and nothing is kept of what failed.
 *   <li>[DRV-46] A run, a load or a core that hangs holds nothing up but itself: other cores open,
 *       load and run, and the next request is bound.
 *   <li>[DRV-47] An interrupt of the thread is no cancellation: it spoils neither the answer nor
 *       the binding.
 *   <li>[DRV-48] {@link #close()} gives back all that was bound.
 *   <li>[DRV-49] When what the driver builds on goes and comes back, so does the driver.
 * </ul>
 */
@ConsumerType
public interface Invocation extends AutoCloseable {

    /**
     * Executes once on the core and waits for it. Should allocate nothing.
     *
     * @return NRT_SUCCESS or NRT_EXEC_COMPLETED_WITH_NUM_ERR
     * @throws dev.glia.runtime.NrtException the status that the device reports; NRT_TIMEOUT when it
     *     was cancelled
     */
    NrtStatus run();

    /**
     * Asks a running {@link #run()} to end soon with NRT_TIMEOUT. Returns at once; does nothing
     * when none runs. The invocation must be usable again afterwards.
     */
    void cancel();

    /**
     * Tells whether {@link #cancel()} ends every run soon. When it does not, requests never run on
     * the threads of those who wait for them, so that these are answered in time all the same;
     * which costs each request the way to another thread.
     *
     * @return whether it does; always the same
     */
    default boolean cancellable() {
        return true;
    }

    /** Frees what was bound. Called when nothing runs. Does not throw. */
    @Override
    void close();
}

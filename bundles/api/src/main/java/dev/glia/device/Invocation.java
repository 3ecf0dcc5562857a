package dev.glia.device;

import dev.glia.runtime.NrtStatus;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A model with its tensors bound, ready to run as often as wanted. Made by {@link
 * LoadedModel#bind}.
 *
 * <p>Glia calls {@link #run()} from one thread at a time, from any thread, and {@link #cancel()} at
 * any time from another one.
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

    /** Frees what was bound. Called when nothing runs. Does not throw. */
    @Override
    void close();
}

package dev.glia.core;

import dev.glia.runtime.Completion;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import org.osgi.annotation.versioning.ProviderType;

import java.util.function.Consumer;

/**
 * The order in which one NeuronCore works: one request at a time, first come, first served.
 * Thread-safe.
 *
 * <p>A run that does not end within its deadline is stopped. When it goes on all the same, its
 * request is answered with NRT_TIMEOUT a moment later. When it still goes on after a second, the
 * core is quarantined: what waits and what comes is refused with NRT_EXEC_NC_BUSY until the run has
 * ended; its late result is discarded, and the core serves again.
 */
@ProviderType
public interface Lane extends AutoCloseable {

    /**
     * Runs a task and waits for it: on the calling thread when the lane is free and the task is
     * {@linkplain LaneTask#prompt() prompt}. Allocates nothing then.
     *
     * @param task the task
     * @param timeoutNanos how long turn and execution may take together; 0 waits without limit
     * @return the status of the task
     * @throws dev.glia.runtime.NrtException NRT_TIMEOUT after the deadline, NRT_EXEC_NC_BUSY while
     *     the core is quarantined, NRT_CLOSED when the lane is closed, or what the task throws
     */
    NrtStatus run(LaneTask task, long timeoutNanos);

    /**
     * Queues a task and returns at once.
     *
     * @param task the task
     * @param timeoutNanos how long turn and execution may take together; 0 waits without limit
     * @param done told exactly once how it ended, on the thread of the lane, of its watchdog, or of
     *     the one who cancelled it, before the submission completes
     * @return the queued task
     * @throws dev.glia.runtime.NrtException NRT_QUEUE_FULL when as many requests are in flight as
     *     allowed, NRT_EXEC_NC_BUSY while the core is quarantined, NRT_CLOSED when the lane is
     *     closed
     */
    Submission submit(LaneTask task, long timeoutNanos, Consumer<Completion> done);

    /** {@return how many queued requests have not ended} */
    int inFlight();

    /** {@return whether a run goes on that could not be stopped at its deadline} */
    boolean quarantined();

    /**
     * Refuses new requests with NRT_CLOSED, waits for those that run or wait, and ends the thread.
     * Does not wait for a run that cannot be stopped. Idempotent.
     */
    @Override
    void close();
}

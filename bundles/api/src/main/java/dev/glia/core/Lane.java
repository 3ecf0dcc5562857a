package dev.glia.core;

import dev.glia.runtime.Completion;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import org.osgi.annotation.versioning.ProviderType;

import java.util.function.Consumer;

/**
 * The order in which one NeuronCore works: one request at a time, first come, first served.
 * Thread-safe.
 */
@ProviderType
public interface Lane extends AutoCloseable {

    /**
     * Runs a task on the calling thread as soon as it is its turn. Allocates nothing when the lane
     * is free.
     *
     * @param task the task
     * @param timeoutNanos how long turn and execution may take together; 0 waits without limit
     * @return the status of the task
     * @throws dev.glia.runtime.NrtException NRT_TIMEOUT after the deadline, NRT_CLOSED when the
     *     lane is closed, or what the task throws
     */
    NrtStatus run(LaneTask task, long timeoutNanos);

    /**
     * Queues a task and returns at once.
     *
     * @param task the task
     * @param timeoutNanos how long turn and execution may take together; 0 waits without limit
     * @param done told exactly once how it ended, on the thread of the lane or of the one who
     *     cancelled it, before the submission completes
     * @return the queued task
     * @throws dev.glia.runtime.NrtException NRT_QUEUE_FULL when as many requests are in flight as
     *     allowed, NRT_CLOSED when the lane is closed
     */
    Submission submit(LaneTask task, long timeoutNanos, Consumer<Completion> done);

    /** {@return how many queued requests have not ended} */
    int inFlight();

    /**
     * Refuses new requests with NRT_CLOSED, waits for those that run or wait, and ends the thread.
     * Idempotent.
     */
    @Override
    void close();
}

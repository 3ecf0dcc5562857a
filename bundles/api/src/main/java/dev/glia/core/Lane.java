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

    /**
     * Queues a task as {@link #submit} does, but waits while as many requests are in flight as
     * allowed.
     *
     * @param task the task
     * @param timeoutNanos how long turn and execution may take together, and before that the wait;
     *     0 waits without limit
     * @param done as for {@link #submit}
     * @return the queued task
     * @throws dev.glia.runtime.NrtException NRT_TIMEOUT when no request has ended in time,
     *     NRT_QUEUE_FULL when the caller is the thread that would have to end one, NRT_FAILURE when
     *     it is interrupted; otherwise as {@link #submit}
     */
    Submission submitWhenRoom(LaneTask task, long timeoutNanos, Consumer<Completion> done);

    /** {@return how many queued requests have not ended} */
    int inFlight();

    /** {@return the sequence number of the request that was queued last, 0 when there was none} */
    long submitted();

    /**
     * {@return the highest sequence number of which it and all before it have ended, 0 for none}
     */
    long completed();

    /**
     * Tells whether a request has ended.
     *
     * @param sequence its number, not above {@link #submitted()}
     * @return whether it has ended
     */
    boolean isCompleted(long sequence);

    /**
     * Waits until all requests have ended that are queued or run from the queue now.
     *
     * @param timeoutNanos how long at most
     * @throws dev.glia.runtime.NrtException NRT_TIMEOUT when some have not ended by then,
     *     NRT_FAILURE when the thread is interrupted or is the one that would have to end them
     */
    void drain(long timeoutNanos);

    /**
     * {@return whether the core refuses requests: a run goes on that could not be stopped at its
     * deadline, or it was {@linkplain #suspend suspended}}
     */
    boolean quarantined();

    /**
     * Puts the core out of service, because something on it hangs that is no request. What waits
     * and what comes is refused with NRT_EXEC_NC_BUSY; a run that goes on may end.
     *
     * @param reason what hangs, for the log and for those who are refused
     * @return puts the core into service again when it is closed; idempotent
     */
    Suspension suspend(String reason);

    /** A reason for which a core is out of service. */
    @ProviderType
    interface Suspension extends AutoCloseable {

        /** The reason is gone. */
        @Override
        void close();
    }

    /**
     * Refuses new requests with NRT_CLOSED, waits for those that run or wait, and ends the thread.
     * Does not wait for a run that cannot be stopped. Idempotent.
     */
    @Override
    void close();
}

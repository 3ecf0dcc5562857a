package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

import java.time.Duration;

/**
 * The queued requests of a NeuronCore: those of {@link Execution#submit()}, and of {@link
 * Execution#execute()} while NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS makes it asynchronous.
 * Thread-safe.
 *
 * <p>Each request has a sequence number, strictly rising from 1 on each core; requests of all
 * models of the core share the count. They are executed in this order, and end in this order unless
 * one is cancelled or its deadline passes while it waits.
 */
@ProviderType
public interface CoreQueue {

    /** {@return the core} */
    NeuronCore core();

    /**
     * {@return how many requests may be in flight at once:
     * NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS, or 63 when that is 0}
     */
    int limit();

    /** {@return how many requests have not ended} */
    int inFlight();

    /** {@return the number of the request that was queued last, 0 when there was none} */
    long submitted();

    /**
     * {@return whether the core refuses requests with NRT_EXEC_NC_BUSY, because something on it
     * goes on that could not be stopped}
     */
    boolean quarantined();

    /**
     * Tells whether a request has ended, however: {@code nrta_is_completed}.
     *
     * @param sequence its number
     * @return whether it has ended
     * @throws NrtException NRT_INVALID for a number that was not given to a request yet
     */
    boolean isCompleted(long sequence);

    /**
     * Looks for news and does not wait.
     *
     * @param seen what the caller knows: the answer of the poll before, 0 at first
     * @return the number of a request: it has ended, and all before it
     * @throws NrtException NRT_QUEUE_EMPTY when there is nothing beyond {@code seen} yet
     */
    long poll(long seen);

    /**
     * Waits until all requests have ended that are in flight now: {@code
     * nrt_async_drain_queued_execs}. Those that come meanwhile are not waited for.
     *
     * @param limit how long to wait at most
     * @throws NrtException NRT_TIMEOUT when some have not ended by then; they go on. NRT_FAILURE
     *     when the thread is interrupted, or when it is the one that would have to end them
     */
    void drain(Duration limit);
}

package dev.glia.core;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.annotation.versioning.ConsumerType;

/** A request as a lane sees it. One object serves many requests, one at a time. */
@ConsumerType
public interface LaneTask {

    /**
     * Does the work. Called by the lane when it is this task's turn.
     *
     * @return the status of a finished execution
     * @throws NrtException the status of a failed one
     */
    NrtStatus run();

    /**
     * Asks a running {@link #run()} to end soon. Called by the lane on another thread, after the
     * deadline or when the request is cancelled, and repeated until the run ends. Must return at
     * once.
     */
    void stop();

    /**
     * The lane will not touch the task again for this request. Called exactly once for each {@link
     * Lane#run} and {@link Lane#submit}, whatever happens: after the run has really ended, or when
     * it is certain that there will be none. A request that is answered with a time-out while its
     * run goes on is released when that run ends.
     */
    void released();

    /**
     * {@return whether a run is known to end well within its deadline, so that it may take the
     * thread of its caller; otherwise the lane runs it on a thread of its own, so that the caller
     * is answered in time even when the run cannot be stopped}
     */
    boolean prompt();

    /** {@return the name of the model, for messages} */
    String model();
}

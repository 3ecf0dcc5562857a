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

    /** {@return the name of the model, for the time-out message} */
    String model();
}

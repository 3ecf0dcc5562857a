package dev.glia.runtime;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Called for each queued request that ended, as {@code nrt_register_async_exec_callback} does: the
 * sequence number of the completion is the job id.
 */
@ConsumerType
@FunctionalInterface
public interface CompletionListener {

    /**
     * A queued request ended. Called on the thread of its core, so it should return quickly, and
     * must not wait for other requests of the core nor close its model.
     *
     * @param model the model that was executed
     * @param completion how the request ended
     */
    void completed(Model model, Completion completion);
}

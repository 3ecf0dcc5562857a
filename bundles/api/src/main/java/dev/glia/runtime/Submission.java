package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

import java.util.concurrent.CompletionStage;

/** A request that was queued by {@link Execution#submit()}. */
@ProviderType
public interface Submission {

    /** {@return the number of the request, strictly rising on each NeuronCore} */
    long sequence();

    /**
     * {@return the end of the request, completed exactly once and never exceptionally: the status
     * says how it ended} Dependent stages run on the thread of the core, or of the one who
     * cancelled, unless they are {@code ...Async}: keep them short, and do not wait there for other
     * requests of the core nor close its model, which would wait for itself.
     */
    CompletionStage<Completion> completion();

    /**
     * Asks to stop. A request that has not started ends with NRT_FAILURE and the reason
     * "cancelled"; one that runs is stopped if its device can.
     *
     * @return whether the request had not ended yet
     */
    boolean cancel();
}

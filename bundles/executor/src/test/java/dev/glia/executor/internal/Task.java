package dev.glia.executor.internal;

import dev.glia.core.LaneTask;
import dev.glia.runtime.NrtStatus;

/**
 * A task that is done soon.
 *
 * @param work what it does
 */
record Task(Runnable work) implements LaneTask {

    @Override
    public NrtStatus run() {
        work.run();
        return NrtStatus.NRT_SUCCESS;
    }

    @Override
    public void stop() {}

    @Override
    public void released() {}

    @Override
    public boolean prompt() {
        return true;
    }

    @Override
    public String model() {
        return "model";
    }
}

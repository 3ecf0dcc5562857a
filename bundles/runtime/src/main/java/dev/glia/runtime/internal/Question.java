package dev.glia.runtime.internal;

import dev.glia.core.LaneTask;
import dev.glia.device.Invocation;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

/**
 * A run of a model that no application asked for, in the lane of its core as a request is. It is
 * bound, and uses what it was given, until the last run has really ended, which may be after its
 * deadline.
 */
final class Question implements LaneTask, AutoCloseable {

    private final CoreModel model;

    /** Null when it is not bound any more: a lane may remember its last task for long. */
    private volatile Invocation invocation;

    private final Storage users;
    private volatile boolean stopped;

    /**
     * Asks with what was bound.
     *
     * @param use what it keeps as long as it is bound; held by the caller
     */
    Question(CoreModel model, Storage use, Invocation invocation) {
        this.model = model;
        this.invocation = invocation;
        use.retain();
        this.users =
                Storage.freedBy(
                        () -> {
                            Invocation bound = this.invocation;
                            this.invocation = null;
                            bound.close();
                            use.release();
                        });
    }

    /** Runs once, when it is its turn. */
    NrtStatus run(long limitNanos) {
        users.retain();
        return model.lane().run(this, limitNanos);
    }

    @Override
    public NrtStatus run() {
        if (stopped) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED, "model " + model.label() + " is being unloaded");
        }
        return invocation.run();
    }

    @Override
    public void stop() {
        stopped = true;
        Invocation running = invocation;
        if (running != null) {
            running.cancel();
        }
    }

    @Override
    public void released() {
        users.release();
    }

    @Override
    public boolean prompt() {
        return false;
    }

    @Override
    public String model() {
        return model.label();
    }

    @Override
    public void close() {
        users.release();
    }
}

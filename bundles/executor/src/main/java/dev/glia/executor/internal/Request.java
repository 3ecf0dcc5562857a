package dev.glia.executor.internal;

import dev.glia.core.LaneTask;
import dev.glia.runtime.Completion;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A queued request: ends exactly once, whoever is first: the lane that ran it or somebody who
 * cancelled it before.
 */
final class Request implements Submission, LaneTask {

    private enum Phase {
        QUEUED,
        RUNNING,
        ENDED
    }

    private final CoreLane lane;
    private final LaneTask task;
    private final long sequence;
    private final long submitted;
    private final long timeoutNanos;
    private final Consumer<Completion> done;
    private final CompletableFuture<Completion> completion = new CompletableFuture<>();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.QUEUED);
    private volatile boolean cancelled;

    Request(
            CoreLane lane,
            LaneTask task,
            long sequence,
            long submitted,
            long timeoutNanos,
            Consumer<Completion> done) {
        this.lane = lane;
        this.task = task;
        this.sequence = sequence;
        this.submitted = submitted;
        this.timeoutNanos = timeoutNanos;
        this.done = done;
    }

    long submitted() {
        return submitted;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    /** {@return whether the caller, and nobody else, may now run or finish it} */
    boolean begin() {
        return phase.compareAndSet(Phase.QUEUED, Phase.RUNNING);
    }

    @Override
    public NrtStatus run() {
        if (cancelled) {
            throw lane.cancelled(task, null);
        }
        return task.run();
    }

    @Override
    public void stop() {
        task.stop();
    }

    @Override
    public String model() {
        return task.model();
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public CompletionStage<Completion> completion() {
        return completion.minimalCompletionStage();
    }

    @Override
    public boolean cancel() {
        if (begin()) {
            NrtException reason = lane.cancelled(task, null);
            finish(reason.status(), reason);
            return true;
        }
        if (phase.get() == Phase.ENDED) {
            return false;
        }
        cancelled = true;
        lane.stop(this);
        return true;
    }

    /** Tells everybody how it ended. Called once, by whoever moved it out of the queue. */
    void finish(NrtStatus status, NrtException failure) {
        phase.set(Phase.ENDED);
        lane.ended(done != null);
        var end = new Completion(sequence, lane.index(), status, Optional.ofNullable(failure));
        try {
            if (done != null) {
                done.accept(end);
            }
        } finally {
            completion.complete(end);
        }
    }

    boolean expired() {
        return timeoutNanos != 0 && System.nanoTime() - submitted >= timeoutNanos;
    }

    /** Waits for the end, for the caller of a synchronous request that had to queue. */
    NrtStatus await() {
        try {
            completion.get(timeoutNanos == 0 ? Long.MAX_VALUE : timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            if (begin()) {
                finish(NrtStatus.NRT_TIMEOUT, lane.expired(this));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            cancel();
        } catch (ExecutionException never) {
            throw new IllegalStateException("a completion is never exceptional", never);
        }
        Completion end = completion.join();
        if (end.failure().isPresent()) {
            throw end.failure().get();
        }
        return end.status();
    }
}

package dev.glia.executor.internal;

import dev.glia.core.LaneTask;
import dev.glia.runtime.Completion;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Submission;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A queued request. It is answered exactly once, by whoever is first: the lane that ran it, its
 * watchdog, or somebody who cancelled it in the queue. And its task is released exactly once, when
 * the lane is done with it, which may be later.
 */
final class Request implements Submission, LaneTask {

    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_infer_status");

    /** Where requests come from: the lane, as far as they need it. */
    interface Origin {

        /** {@return the number of the core as the application counts} */
        int index();

        LaneFailures failures();

        /** {@return the refusal of a core that is out of service} */
        NrtException busy(LaneTask task);

        /**
         * {@return what tells applications of requests that did not end on the thread of the lane}
         */
        Executor answers();

        /** A request has ended; called exactly once for each, before anybody is told. */
        void ended(boolean submitted);

        /** Everybody was told of the end of a request; called exactly once for each. */
        void settle(Request request);

        /** Stops a request if it is the one that runs. */
        void stop(Request request);
    }

    private enum Phase {
        QUEUED,
        RUNNING,
        ENDED
    }

    private final Origin lane;
    private final LaneTask task;
    private final long sequence;
    private final long submitted;
    private final long timeoutNanos;
    private final Consumer<Completion> done;
    private final CompletableFuture<Completion> completion = new CompletableFuture<>();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.QUEUED);
    private volatile boolean cancelled;

    /** Guarded by the backlog. */
    private boolean settled;

    /** A request that somebody waits for has no {@code done}, and does not count as in flight. */
    Request(
            Origin lane,
            LaneTask task,
            long sequence,
            long timeoutNanos,
            Consumer<Completion> done) {
        this.lane = lane;
        this.task = task;
        this.sequence = sequence;
        this.submitted = System.nanoTime();
        this.timeoutNanos = timeoutNanos;
        this.done = done;
    }

    long submitted() {
        return submitted;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    /** {@return how long until the deadline, in nanoseconds} */
    long left(long nowNanos) {
        return timeoutNanos == 0 ? Long.MAX_VALUE : timeoutNanos - (nowNanos - submitted);
    }

    /** {@return whether the lane, and nobody else, may run it now} */
    boolean begin() {
        return phase.compareAndSet(Phase.QUEUED, Phase.RUNNING);
    }

    /** Its run has ended. An answer that was given before stands. */
    void finish(NrtStatus status, NrtException failure) {
        release();
        answer(status, failure, Runnable::run);
    }

    /** Its run goes on, but the deadline and the patience with it are over. */
    void abandon(NrtException failure) {
        answer(failure.status(), failure, lane.answers());
    }

    void expireInQueue() {
        endInQueue(lane.failures().late(task, timeoutNanos), lane.answers());
    }

    void refuse() {
        endInQueue(lane.busy(task), lane.answers());
    }

    private boolean endInQueue(NrtException failure, Executor teller) {
        if (!begin()) {
            return false;
        }
        release();
        answer(failure.status(), failure, teller);
        return true;
    }

    private void release() {
        try {
            task.released();
        } catch (RuntimeException | Error failure) {
            LOG.error("The memory of a request of model {} is not freed", task.model(), failure);
        }
    }

    /**
     * Answers, unless somebody has done so before.
     *
     * @param teller where the application is told; those who only wait for the answer have it at
     *     once
     */
    private void answer(NrtStatus status, NrtException failure, Executor teller) {
        if (!phase.compareAndSet(Phase.RUNNING, Phase.ENDED)) {
            return;
        }
        lane.ended(done != null);
        var end = new Completion(sequence, lane.index(), status, Optional.ofNullable(failure));
        if (done == null) {
            tell(end);
        } else {
            teller.execute(() -> tell(end));
        }
    }

    private void tell(Completion end) {
        try {
            if (done != null) {
                done.accept(end);
            }
        } catch (RuntimeException | Error failure) {
            LOG.warn("A listener failed when request {} had ended", sequence, failure);
        } finally {
            completion.complete(end);
            lane.settle(this);
        }
    }

    boolean isSettled() {
        return settled;
    }

    void settled() {
        settled = true;
    }

    @Override
    public NrtStatus run() {
        if (cancelled) {
            throw lane.failures().cancelled(task, null);
        }
        return task.run();
    }

    @Override
    public void stop() {
        task.stop();
    }

    @Override
    public void released() {
        task.released();
    }

    @Override
    public boolean prompt() {
        return task.prompt();
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
        if (endInQueue(lane.failures().cancelled(task, null), Runnable::run)) {
            return true;
        }
        if (phase.get() == Phase.ENDED) {
            return false;
        }
        cancelled = true;
        lane.stop(this);
        return true;
    }

    /** Waits for the answer. */
    NrtStatus await() {
        Completion end = joined();
        if (end.failure().isPresent()) {
            throw end.failure().get();
        }
        return end.status();
    }

    private Completion joined() {
        try {
            return completion.get();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            if (!endInQueue(lane.failures().interrupted(task, interrupt), Runnable::run)) {
                cancel();
            }
            return completion.join();
        } catch (java.util.concurrent.ExecutionException never) {
            throw new IllegalStateException("an answer is never exceptional", never);
        }
    }
}

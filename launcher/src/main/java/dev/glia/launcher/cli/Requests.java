package dev.glia.launcher.cli;

import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;

/** Makes requests on several cores at once, one worker for each core, and measures each of them. */
final class Requests {
    private static final long QUEUE_PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Budget budget;
    private final List<Worker> workers = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private Requests(Budget budget) {
        this.budget = budget;
    }

    /**
     * What came of it.
     *
     * @param latencies the time of each request
     * @param status success, or the first other status that counts as one
     * @param wallNanos the time of all together
     * @param last an execution that holds outputs
     */
    record Result(Latencies latencies, NrtStatus status, long wallNanos, Execution last) {}

    /**
     * Runs until the budget is used up.
     *
     * @param cores for each core the executions to use: with several, or when {@code async} is set,
     *     they are queued so that all of them are in flight at once
     */
    static Result run(List<List<Execution>> cores, boolean async, Budget budget)
            throws InterruptedException {
        Requests requests = new Requests(budget);
        long start = System.nanoTime();
        for (List<Execution> slots : cores) {
            Worker worker =
                    async ? requests.new Queued(slots) : requests.new Direct(slots.getFirst());
            requests.workers.add(worker);
            worker.start();
        }
        requests.await();
        return requests.result(System.nanoTime() - start);
    }

    private void await() throws InterruptedException {
        try (ProgressBar bar = new ProgressBar()) {
            for (Worker worker : workers) {
                while (!worker.join(Duration.ofMillis(100))) {
                    bar.show(budget.used());
                }
            }
        } finally {
            budget.stop();
        }
    }

    private Result result(long wallNanos) {
        switch (failure.get()) {
            case null -> {}
            case RuntimeException known -> throw known;
            case Error error -> throw error;
            case Throwable other -> throw new IllegalStateException(other);
        }
        Latencies all = new Latencies();
        NrtStatus status = NrtStatus.NRT_SUCCESS;
        Execution last = null;
        for (Worker worker : workers) {
            all.addAll(worker.latencies);
            status = status == NrtStatus.NRT_SUCCESS ? worker.status : status;
            last = last == null ? worker.last : last;
        }
        return new Result(all, status, wallNanos, last);
    }

    private abstract class Worker extends Thread {
        final Latencies latencies = new Latencies();
        NrtStatus status = NrtStatus.NRT_SUCCESS;
        Execution last;

        Worker() {
            setDaemon(true);
        }

        abstract void work() throws InterruptedException;

        @Override
        public final void run() {
            try {
                work();
            } catch (Throwable stopped) {
                failure.compareAndSet(null, stopped);
                budget.stop();
            }
        }

        void record(Execution execution, long nanos, NrtStatus ended) {
            latencies.add(nanos);
            last = execution;
            if (ended != NrtStatus.NRT_SUCCESS) {
                status = ended;
            }
        }
    }

    /** {@code nrt_execute}: one request after the other, on this thread. */
    private final class Direct extends Worker {
        private final Execution execution;

        Direct(Execution execution) {
            this.execution = execution;
        }

        @Override
        void work() {
            while (budget.take()) {
                long start = System.nanoTime();
                NrtStatus ended = execution.execute();
                record(execution, System.nanoTime() - start, ended);
            }
        }
    }

    /** The asynchronous way: as many requests in flight as there are executions. */
    private final class Queued extends Worker {
        private final BlockingQueue<Slot> free;

        Queued(List<Execution> executions) {
            free = new ArrayBlockingQueue<>(executions.size());
            executions.forEach(execution -> free.add(new Slot(execution, this)));
        }

        @Override
        void work() throws InterruptedException {
            int slots = free.size();
            while (budget.take()) {
                Slot slot = free.take();
                slot.harvest();
                submit(slot);
            }
            for (int i = 0; i < slots; i++) {
                free.take().harvest();
            }
        }

        /**
         * A full queue is back-pressure: requests of another sender, or one whose end is being told
         * right now.
         */
        private void submit(Slot slot) {
            slot.submitted = System.nanoTime();
            while (true) {
                try {
                    slot.execution.submit().completion().thenAccept(slot::ended);
                    return;
                } catch (NrtException refused) {
                    boolean transientState =
                            refused.status() == NrtStatus.NRT_QUEUE_FULL
                                    || refused.status() == NrtStatus.NRT_EXEC_NC_BUSY;
                    if (!transientState
                            || System.nanoTime() - slot.submitted > QUEUE_PATIENCE_NANOS) {
                        throw refused;
                    }
                    Thread.onSpinWait();
                }
            }
        }
    }

    /** One request that may be in flight. */
    private static final class Slot {
        private final Execution execution;
        private final Queued worker;
        private long submitted;
        private long finished;
        private Completion completion;

        Slot(Execution execution, Queued worker) {
            this.execution = execution;
            this.worker = worker;
        }

        void ended(Completion end) {
            finished = System.nanoTime();
            completion = end;
            worker.free.add(this);
        }

        void harvest() {
            Completion end = completion;
            completion = null;
            if (end != null) {
                end.failure()
                        .ifPresent(
                                failed -> {
                                    throw failed;
                                });
                worker.record(execution, finished - submitted, end.status());
            }
        }
    }
}

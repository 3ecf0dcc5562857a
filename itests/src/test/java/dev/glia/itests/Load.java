package dev.glia.itests;

import dev.glia.itests.container.Await;
import dev.glia.runtime.Completion;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.Submission;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads that execute {@link ScaleModel} until they are told to stop, half of them by waiting and
 * half by queueing, each with one execution for all its requests, and check every result.
 */
final class Load implements AutoCloseable {
    private static final int ENOUGH_FAILURES = 20;

    private final Model model;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private volatile boolean stop;

    Load(Model model, int clients) {
        this.model = model;
        for (int client = 0; client < clients; client++) {
            boolean queueing = client % 2 == 1;
            int seed = client;
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("load-" + client)
                            .start(() -> run(seed, queueing)));
        }
    }

    private void run(int seed, boolean queueing) {
        try (Execution execution = model.prepare()) {
            for (int i = 1; !stop && failures.size() < ENOUGH_FAILURES; i++) {
                float x = seed * 1_000_000 + i;
                execution.input("x").write(x, x, x, x);
                sent.incrementAndGet();
                try {
                    if (queueing) {
                        requireSuccess(execution.submit());
                    } else {
                        execution.execute();
                    }
                    judge(x, execution);
                } catch (NrtException failure) {
                    failures.add(failure.getMessage());
                }
            }
        } catch (RuntimeException | Error failure) {
            failures.add(failure.toString());
        }
    }

    private static void requireSuccess(Submission submission) {
        Completion completion =
                submission
                        .completion()
                        .toCompletableFuture()
                        .orTimeout(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)
                        .join();
        completion
                .failure()
                .ifPresent(
                        failure -> {
                            throw failure;
                        });
    }

    private void judge(float x, Execution execution) {
        for (int i = 0; i < ScaleModel.SIZE; i++) {
            float y = execution.output("y").asFloatBuffer().get(i);
            if (y != x * ScaleModel.FACTOR) {
                failures.add(x + " gave " + y);
            }
        }
        answered.incrementAndGet();
    }

    /** Waits until more requests were answered. */
    void awaitAnswers(long more) {
        long goal = answered.get() + more;
        Await.until(
                () -> more + " more answers, " + answered + " so far, failures " + failures,
                () -> answered.get() >= goal);
    }

    /** {@return how many requests were sent} */
    long sent() {
        return sent.get();
    }

    /** {@return how many came back with the right result} */
    long answered() {
        return answered.get();
    }

    /** {@return what went wrong} */
    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        stop = true;
        for (Thread thread : threads) {
            Await.until(thread.getName() + " has its answer", () -> !thread.isAlive());
        }
    }
}

package dev.glia.control.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.framework.BundleException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Runs code of bundles, which may never come back, on a thread that can be given up. */
final class Bounded {
    private Bounded() {}

    /** A change of a bundle's state. */
    interface Step {
        void run() throws BundleException;
    }

    /** Such a change that makes something. */
    interface Making<T> {
        T run() throws BundleException;
    }

    /**
     * Runs a step, and returns when it has ended.
     *
     * @param what a sentence's beginning for a step that does not end
     * @throws BundleException as the step
     * @throws NrtException NRT_TIMEOUT when it does not end in time; its thread is interrupted
     */
    static void run(String what, Duration limit, Step step) throws BundleException {
        make(
                what,
                limit,
                () -> {
                    step.run();
                    return null;
                },
                _ -> {});
    }

    /**
     * Runs a step, and returns what it made.
     *
     * @param late takes what it made when nobody waits for it any more
     * @throws BundleException as the step
     * @throws NrtException as {@link #run}
     */
    static <T> T make(String what, Duration limit, Making<T> step, Consumer<T> late)
            throws BundleException {
        var end = new CompletableFuture<T>();
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("glia-swap")
                        .start(
                                () -> {
                                    try {
                                        T made = step.run();
                                        if (!end.complete(made)) {
                                            // The interrupt was for the step, which has ended.
                                            Thread.interrupted();
                                            late.accept(made);
                                        }
                                    } catch (BundleException | RuntimeException | Error failure) {
                                        end.completeExceptionally(failure);
                                    }
                                });
        try {
            return end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case BundleException known -> throw known;
                case RuntimeException known -> throw known;
                case Error grave -> throw grave;
                case Throwable other -> throw new IllegalStateException(other);
            }
        } catch (TimeoutException overdue) {
            var timeout =
                    new NrtException(
                            NrtStatus.NRT_TIMEOUT,
                            what + " after " + limit.toSeconds() + " s",
                            overdue);
            throw givenUp(timeout, thread, end, late);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            var interrupted =
                    new NrtException(NrtStatus.NRT_FAILURE, what + ": interrupted", interrupt);
            throw givenUp(interrupted, thread, end, late);
        }
    }

    private static <T> NrtException givenUp(
            NrtException why, Thread thread, CompletableFuture<T> end, Consumer<T> late) {
        thread.interrupt();
        if (!end.completeExceptionally(why)) {
            // It has ended at this very moment; what made it goes is not interrupted either.
            boolean interrupted = Thread.interrupted();
            end.thenAccept(late);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return why;
    }
}

package dev.glia.control.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.framework.BundleException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs code of bundles, which may never come back, on a thread that can be given up. */
final class Bounded {
    private Bounded() {}

    /** A change of a bundle's state. */
    interface Step {
        void run() throws BundleException;
    }

    /**
     * Runs a step, and returns when it has ended.
     *
     * @param what a sentence's beginning for a step that does not end
     * @throws BundleException as the step
     * @throws NrtException NRT_TIMEOUT when it does not end in time; its thread is interrupted
     */
    static void run(String what, Duration limit, Step step) throws BundleException {
        var end = new CompletableFuture<Void>();
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("glia-swap")
                        .start(
                                () -> {
                                    try {
                                        step.run();
                                        end.complete(null);
                                    } catch (BundleException | RuntimeException | Error failure) {
                                        end.completeExceptionally(failure);
                                    }
                                });
        try {
            end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case BundleException known -> throw known;
                case RuntimeException known -> throw known;
                case Error grave -> throw grave;
                case Throwable other -> throw new IllegalStateException(other);
            }
        } catch (TimeoutException late) {
            thread.interrupt();
            throw new NrtException(
                    NrtStatus.NRT_TIMEOUT, what + " after " + limit.toSeconds() + " s", late);
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new NrtException(NrtStatus.NRT_FAILURE, what + ": interrupted", interrupted);
        }
    }
}

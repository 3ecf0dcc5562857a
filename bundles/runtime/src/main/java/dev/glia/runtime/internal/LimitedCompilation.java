package dev.glia.runtime.internal;

import dev.glia.device.GraphCompiler;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lets a compiler work for a limited time: on a thread of its own, which is interrupted then. */
final class LimitedCompilation {
    /** The variable with the limit. */
    static final String TIMEOUT = "GLIA_COMPILE_TIMEOUT";

    static final long DEFAULT_SECONDS = 600;

    /** How long a compiler that heeds its interrupt may take to give back what it has. */
    private static final long GOODBYE_SECONDS = 5;

    private final GraphCompiler graphs;
    private final Duration limit;

    /**
     * Remembers.
     *
     * @param limit the limit, zero for none
     */
    LimitedCompilation(GraphCompiler graphs, Duration limit) {
        this.graphs = graphs;
        this.limit = limit;
    }

    /**
     * {@return what the compiler makes of a graph}
     *
     * @throws NrtException what it refuses the graph with, or NRT_TIMEOUT at the limit, or when
     *     this thread is interrupted
     */
    GraphCompiler.Compiled of(GraphCompiler.Source source) {
        var result = new CompletableFuture<GraphCompiler.Compiled>();
        Thread work =
                Thread.ofPlatform()
                        .daemon()
                        .name("glia-compile")
                        .start(
                                () -> {
                                    try {
                                        result.complete(graphs.compile(source));
                                    } catch (Throwable refused) {
                                        result.completeExceptionally(refused);
                                    }
                                });
        try {
            return limit.isZero()
                    ? result.get()
                    : result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException refused) {
            throw asItWas(refused.getCause());
        } catch (TimeoutException late) {
            throw stopped(
                    work,
                    source,
                    "was not compiled within " + limit.toSeconds() + " seconds",
                    late);
        } catch (InterruptedException unwanted) {
            NrtException stopped =
                    stopped(work, source, "was not compiled: it was interrupted", unwanted);
            Thread.currentThread().interrupt();
            throw stopped;
        }
    }

    private static NrtException stopped(
            Thread work, GraphCompiler.Source source, String how, Exception cause) {
        work.interrupt();
        boolean ended = false;
        try {
            ended = work.join(Duration.ofSeconds(GOODBYE_SECONDS));
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        return new NrtException(
                NrtStatus.NRT_TIMEOUT,
                source.path()
                        + " "
                        + how
                        + (ended
                                ? ""
                                : "; the compiler goes on beside this, until it ends or the process")
                        + "; look for a loop without an end, or give it more time with "
                        + TIMEOUT
                        + " (0 waits)",
                cause);
    }

    private static RuntimeException asItWas(Throwable refused) {
        return switch (refused) {
            case Error error -> throw error;
            case RuntimeException exception -> exception;
            default -> new IllegalStateException(refused);
        };
    }
}

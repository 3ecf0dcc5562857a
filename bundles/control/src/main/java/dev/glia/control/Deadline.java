package dev.glia.control;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Closes a connection whose other end is not done in time: who waits for it then fails. */
public final class Deadline implements AutoCloseable {
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /**
     * Begins to count.
     *
     * @param connection what is closed when the time is over
     * @param limit how long it may take until {@link #close}
     */
    public Deadline(Closeable connection, Duration limit) {
        end.orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete(
                        (_, late) -> {
                            if (late instanceof TimeoutException) {
                                close(connection);
                            }
                        });
    }

    private static void close(Closeable connection) {
        try {
            connection.close();
        } catch (IOException closedAnyway) {
            // Nobody reads from it any more.
        }
    }

    /** {@return whether the time was over before the end} */
    public boolean passed() {
        return end.isCompletedExceptionally();
    }

    @Override
    public void close() {
        end.complete(null);
    }
}

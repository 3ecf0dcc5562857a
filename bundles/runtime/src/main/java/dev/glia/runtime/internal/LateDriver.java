package dev.glia.runtime.internal;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waits for the driver that knows the instance that is wanted: bundles start in any order, and that
 * of another vendor may be the last.
 */
final class LateDriver {
    private static final int ATTEMPTS = 15;

    private final Semaphore arrivals = new Semaphore(0);
    private final BooleanSupplier attempt;
    private Thread waiting;

    /**
     * @param attempt tries again, and tells whether no further attempt makes sense
     */
    LateDriver(BooleanSupplier attempt) {
        this.attempt = attempt;
    }

    void arrived() {
        arrivals.release();
    }

    synchronized void await() {
        waiting = Errands.start("glia-late-driver", this::run);
    }

    synchronized void stop() {
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    private void run() {
        try {
            boolean done = attempt.getAsBoolean();
            while (!done) {
                arrivals.acquire();
                done = attempt.getAsBoolean();
                // Whom the registry tells first is open: the machine may hear of the driver later.
                for (int i = 0; i < ATTEMPTS && !done; i++) {
                    arrivals.tryAcquire(1L << i, TimeUnit.MILLISECONDS);
                    done = attempt.getAsBoolean();
                }
            }
        } catch (InterruptedException stopped) {
            // Nobody waits any more.
        }
    }
}

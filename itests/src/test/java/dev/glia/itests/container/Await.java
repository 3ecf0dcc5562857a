package dev.glia.itests.container;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition. */
public final class Await {

    /** How long anything may take before a test fails: far more than it ever needs. */
    public static final Duration LIMIT = Duration.ofSeconds(60);

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

    private Await() {}

    /**
     * Waits until something holds.
     *
     * @param what what holds, for the failure
     * @param condition whether it holds
     */
    public static void until(String what, BooleanSupplier condition) {
        until(() -> what, condition);
    }

    /**
     * Waits until something holds.
     *
     * @param what what holds, asked for when it did not
     * @param condition whether it holds
     */
    public static void until(Supplier<String> what, BooleanSupplier condition) {
        until(LIMIT, what, condition);
    }

    /**
     * Waits until something holds that may take longer than usual.
     *
     * @param limit how long at most
     * @param what what holds, asked for when it did not
     * @param condition whether it holds
     */
    public static void until(Duration limit, Supplier<String> what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                throw new AssertionError(
                        "after " + limit.toSeconds() + " s still not true: " + what.get());
            }
            LockSupport.parkNanos(PAUSE);
        }
    }
}

package dev.glia.runtime.internal;

import java.util.concurrent.TimeUnit;

/**
 * How long a slot waits for others.
 *
 * @param drainNanos for the requests of a leaving driver, before they are cancelled
 * @param cancelNanos for cancelled requests, before their core is given up
 * @param arrivalNanos for a driver that has not come yet, while a model is loaded
 * @param openNanos for a driver that is tried, to open one core
 * @param testNanos for one run of a model that is no request
 * @param swapNanos for a driver that is tried, for all it does together, beside {@code openNanos}
 *     for each core and model that it finds
 */
record Patience(
        long drainNanos,
        long cancelNanos,
        long arrivalNanos,
        long openNanos,
        long testNanos,
        long swapNanos) {

    static final Patience USUAL =
            new Patience(
                    TimeUnit.SECONDS.toNanos(30),
                    TimeUnit.SECONDS.toNanos(5),
                    TimeUnit.SECONDS.toNanos(5),
                    TimeUnit.SECONDS.toNanos(30),
                    TimeUnit.SECONDS.toNanos(10),
                    TimeUnit.MINUTES.toNanos(5));
}

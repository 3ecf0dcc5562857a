package dev.glia.core;

import java.time.Duration;
import java.util.List;

/**
 * A driver took the place of another one.
 *
 * @param architectures what both drive
 * @param before the bundle that served, with its version
 * @param now the bundle that took over, with its version
 * @param serving whether new requests run on it; otherwise no runtime of its architecture is
 *     initialised, and it is the first choice when one is
 * @param took from the request until the driver before had everything back and was stopped
 */
public record DriverSwap(
        List<String> architectures, String before, String now, boolean serving, Duration took) {

    /** Copies. */
    public DriverSwap {
        architectures = List.copyOf(architectures);
    }
}

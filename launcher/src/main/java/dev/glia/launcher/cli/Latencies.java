package dev.glia.launcher.cli;

import dev.glia.control.Json;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Map;

/** Measured times in nanoseconds. Not thread-safe: one for each worker, merged at the end. */
final class Latencies {
    private long[] nanos = new long[1024];
    private int count;

    void add(long value) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = value;
    }

    void addAll(Latencies other) {
        for (int i = 0; i < other.count; i++) {
            add(other.nanos[i]);
        }
    }

    /** Nanoseconds as milliseconds with a precision that means something. */
    static BigDecimal millis(double nanos) {
        return BigDecimal.valueOf(nanos / 1e6)
                .setScale(4, RoundingMode.HALF_UP)
                .stripTrailingZeros();
    }

    int count() {
        return count;
    }

    /** The smallest measured time that at least the given share of all does not exceed. */
    long percentile(double share) {
        if (count == 0) {
            throw new IllegalStateException("nothing was measured");
        }
        Arrays.sort(nanos, 0, count);
        return nanos[Math.clamp((int) Math.ceil(share * count) - 1, 0, count - 1)];
    }

    double mean() {
        return Arrays.stream(nanos, 0, count).average().orElseThrow();
    }

    Map<String, Object> json() {
        return Json.object(
                "p50", millis(percentile(0.50)),
                "p90", millis(percentile(0.90)),
                "p99", millis(percentile(0.99)),
                "min", millis(percentile(0)),
                "max", millis(percentile(1)),
                "mean", millis(mean()));
    }
}

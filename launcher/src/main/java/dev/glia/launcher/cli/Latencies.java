package dev.glia.launcher.cli;

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
                "p50", Json.millis(percentile(0.50)),
                "p90", Json.millis(percentile(0.90)),
                "p99", Json.millis(percentile(0.99)),
                "min", Json.millis(percentile(0)),
                "max", Json.millis(percentile(1)),
                "mean", Json.millis(mean()));
    }
}

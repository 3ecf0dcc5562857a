package dev.glia.itests.swap;

/** How long requests took: counts in steps of 3 %, and the longest. */
final class Latencies {
    private static final int STEPS = 32;

    private final long[] counts = new long[64 * STEPS];
    private long count;
    private long longest;

    void add(long nanos) {
        long value = Math.max(nanos, STEPS);
        int octave = 63 - Long.numberOfLeadingZeros(value);
        int step = (int) (value >>> octave - 5) & STEPS - 1;
        counts[octave * STEPS + step]++;
        count++;
        longest = Math.max(longest, nanos);
    }

    void addAll(Latencies other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        longest = Math.max(longest, other.longest);
    }

    long count() {
        return count;
    }

    /** {@return the longest, in milliseconds} */
    double longestMillis() {
        return longest / 1e6;
    }

    /** {@return what all but a part were faster than, in milliseconds} */
    double percentileMillis(double percent) {
        long wanted = (long) Math.ceil(count * percent / 100);
        for (int i = 0; i < counts.length; i++) {
            wanted -= counts[i];
            if (wanted <= 0 && counts[i] > 0) {
                int octave = i / STEPS;
                return ((1L << octave) + ((long) (i % STEPS + 1) << octave - 5)) / 1e6;
            }
        }
        return 0;
    }

    @Override
    public String toString() {
        return "%,d requests, p50 %.3f ms, p99 %.3f ms, longest %.2f ms"
                .formatted(count, percentileMillis(50), percentileMillis(99), longestMillis());
    }
}

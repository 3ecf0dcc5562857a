package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What a place has to write, in order: the records of its ring, and a note wherever some were lost.
 * Everybody may put; everything else is guarded by the lock of the place.
 */
final class Feed {
    /** How long a failing sink is left alone; records wait meanwhile. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final String location;
    private final Ring ring;
    private final LongSupplier nanoTime;

    /** How many of the records that were put are settled: written, or lost. */
    private long done;

    /** Lost before everything in the ring, because the sink failed. */
    private long failed;

    private long retryAt;

    /**
     * Creates an empty feed.
     *
     * @param location the place
     * @param capacity how many records may wait
     * @param nanoTime the clock of {@link System#nanoTime}
     */
    Feed(String location, int capacity, LongSupplier nanoTime) {
        this.location = location;
        this.nanoTime = nanoTime;
        ring = new Ring(location, capacity);
    }

    /** Puts a copy of a draft, or counts it as lost. */
    boolean put(Draft draft) {
        return ring.offer(draft);
    }

    /** {@return how many records were put} */
    long put() {
        return ring.offered();
    }

    /** {@return how many of the records that were put are written or lost} */
    long done() {
        return done;
    }

    boolean hasRecords() {
        return !ring.isEmpty();
    }

    boolean isEmpty() {
        return failed == 0 && ring.isDone();
    }

    /** {@return the nanoseconds until a sink that failed is asked again} */
    long pause() {
        return failed > 0 ? retryAt - nanoTime.getAsLong() : 0;
    }

    void endPause() {
        retryAt = nanoTime.getAsLong();
    }

    /** {@return what is to be written next, or {@code null}} */
    Entry take() {
        if (failed > 0) {
            Entry note = note(failed);
            failed = 0;
            return note;
        }
        long gap = ring.takeLost();
        if (gap > 0) {
            return note(gap);
        }
        return ring.poll();
    }

    void settle(Entry entry, boolean written) {
        if (entry.queued()) {
            done++;
        }
        if (!written) {
            failed += entry.lost();
            retryAt = nanoTime.getAsLong() + RETRY_NANOS;
        }
    }

    /** It stands where the gap is, and has the time of what was before it. */
    private Entry note(long count) {
        Draft draft =
                Draft.begin(LogLevel.WARN, LogComponent.NRT, "nrt_log")
                        .message(lost(count, location))
                        .stamp();
        if (ring.latest() != 0) {
            draft.stamp(ring.latest());
        }
        try {
            return new Entry(draft.finish(location), count, false, false);
        } finally {
            draft.release();
        }
    }

    /** {@return what is said of records that are lost} */
    static String lost(long count, String location) {
        return count + (count == 1 ? " record was" : " records were") + " lost at " + location;
    }
}

package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What a place has to write, in order: the records of its ring, and a note wherever some were lost.
 * Everybody may put; everything else is guarded by the lock of the place.
 */
final class Feed {
    /** How long a failing sink is left alone; records wait meanwhile. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /**
     * Something to write.
     *
     * @param record the record
     * @param lost how many records are lost with it: the ones a note stands for, 1 for a record of
     *     its own
     * @param queued whether it was in the ring, whose records are counted
     */
    record Entry(LogRecord record, long lost, boolean queued) {}

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
        LogRecord record = ring.poll();
        return record == null ? null : new Entry(record, 1, true);
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

    private Entry note(long count) {
        String message =
                count + (count == 1 ? " record was" : " records were") + " lost at " + location;
        return new Entry(
                Records.now(LogLevel.WARN, LogComponent.NRT, "nrt_log", message, location),
                count,
                false);
    }
}

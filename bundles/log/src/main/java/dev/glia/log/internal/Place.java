package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogSink;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/**
 * One log location: a bounded ring of records, and one thread at a time that writes them in order
 * to whichever sink serves the location. The thread is started on demand and ends after a while
 * without work.
 */
final class Place {
    /** How long a failing sink is left alone; records wait meanwhile. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How long a thread without work stays. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long the maker of an urgent record waits to see it written. */
    private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /**
     * A record in the ring.
     *
     * @param record the record
     * @param lost how many records are lost with it: the ones a note stands for, 1 for a record of
     *     its own
     * @param queued whether it was in the ring, which the waiting ones count
     */
    private record Entry(LogRecord record, long lost, boolean queued) {}

    private final String location;
    private final int capacity;
    private final Duration grace;
    private final Sinks sinks;
    private final BiConsumer<Place, Throwable> report;
    private final long created = System.nanoTime();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition progress = lock.newCondition();
    private final Deque<Entry> ring = new ArrayDeque<>();
    private long offered;
    private long done;

    /** Lost behind everything in the ring, because it was full. */
    private long overflowed;

    /** Lost before everything in the ring, because the sink failed. */
    private long failed;

    private long retryAt;
    private boolean stalled;
    private boolean everNamed;
    private LogSink reported;
    private LogSink writing;
    private Entry current;
    private Thread thread;

    /**
     * Creates a place without a thread.
     *
     * @param location the place as it was configured
     * @param capacity how many records may wait
     * @param grace how long a location that could be the name of a sink waits for it before it is
     *     taken for a path
     * @param sinks who may serve it
     * @param report told the first failure of a sink
     */
    Place(
            String location,
            int capacity,
            Duration grace,
            Sinks sinks,
            BiConsumer<Place, Throwable> report) {
        this.location = location;
        this.capacity = capacity;
        this.grace = grace;
        this.sinks = sinks;
        this.report = report;
    }

    String location() {
        return location;
    }

    /**
     * Queues a record, or counts it as lost when the ring is full.
     *
     * @param urgent whether to wait a moment until it is written
     */
    void offer(LogRecord record, boolean urgent) {
        lock.lock();
        try {
            if (ring.size() >= capacity) {
                overflowed++;
                return;
            }
            if (overflowed > 0) {
                enqueue(new Entry(lost(overflowed), overflowed, true));
                overflowed = 0;
            }
            enqueue(new Entry(record.at(location), 1, true));
            wake();
            if (urgent && !stalled && sink() != null) {
                stalled = !await(offered, System.nanoTime() + PROMPT_NANOS);
            }
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether everything queued until now was written before the deadline} */
    boolean drain(long deadlineNanos) {
        lock.lock();
        try {
            return await(offered, deadlineNanos);
        } finally {
            lock.unlock();
        }
    }

    boolean isServed() {
        lock.lock();
        try {
            return sink() != null;
        } finally {
            lock.unlock();
        }
    }

    boolean isServedBy(LogSink sink) {
        lock.lock();
        try {
            return sink() == sink;
        } finally {
            lock.unlock();
        }
    }

    /** Looks again for a sink. */
    void sinksChanged() {
        lock.lock();
        try {
            retryAt = System.nanoTime();
            if (!ring.isEmpty() || failed > 0 || overflowed > 0) {
                wake();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until no call of a sink runs that was removed before. A call that does not return in
     * time is abandoned, its record counts as lost, and the place goes on with another thread.
     */
    void release(LogSink sink, long deadlineNanos) {
        boolean interrupted = false;
        lock.lock();
        try {
            while (writing == sink && Thread.currentThread() != thread) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    abandon();
                    return;
                }
                try {
                    progress.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void abandon() {
        thread.interrupt();
        thread = null;
        settle(current, false);
        wake();
    }

    /** {@return the records that no sink has taken, removed from the ring} */
    List<LogRecord> takeUnwritten() {
        lock.lock();
        try {
            var left = ring.stream().map(Entry::record).toList();
            ring.clear();
            done += left.size();
            return left;
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(Entry entry) {
        ring.add(entry);
        offered++;
    }

    private void wake() {
        if (thread != null) {
            work.signal();
            return;
        }
        thread = new PlaceThread(location, this::run);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // The system has no thread left. The record waits; the next one tries again.
            thread = null;
        }
    }

    private void run() {
        while (true) {
            Entry entry;
            LogSink sink;
            lock.lock();
            try {
                entry = next();
                if (entry == null) {
                    return;
                }
                sink = writing;
                current = entry;
            } finally {
                lock.unlock();
            }
            Throwable failure = write(sink, entry.record());
            if (!finish(entry, sink, failure)) {
                return;
            }
        }
    }

    /** Whatever a sink throws must not get out of here: it is foreign code. */
    private static Throwable write(LogSink sink, LogRecord record) {
        Thread.interrupted(); // What an earlier sink left behind would close the channel of this
        // one.
        try {
            sink.write(record);
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    /** {@return whether this thread is still the one that writes} */
    private boolean finish(Entry entry, LogSink sink, Throwable failure) {
        boolean first;
        lock.lock();
        try {
            if (thread != Thread.currentThread()) {
                return false;
            }
            settle(entry, failure == null);
            first = failure != null && reported != sink;
            if (first) {
                reported = sink;
            }
        } finally {
            lock.unlock();
        }
        if (first) {
            report.accept(this, failure);
        }
        return true;
    }

    private void settle(Entry entry, boolean written) {
        writing = null;
        current = null;
        if (entry.queued()) {
            done++;
        }
        if (!written) {
            failed += entry.lost();
            retryAt = System.nanoTime() + RETRY_NANOS;
        }
        stalled &= !ring.isEmpty();
        progress.signalAll();
    }

    /** Waits for something to write and a sink to write it to; {@code null} ends the thread. */
    private Entry next() {
        while (thread == Thread.currentThread()) {
            boolean pending = !ring.isEmpty() || failed > 0 || overflowed > 0;
            if (!pending) {
                if (!waitForWork(IDLE_NANOS) && ring.isEmpty()) {
                    thread = null;
                }
                continue;
            }
            long pause = failed > 0 ? retryAt - System.nanoTime() : 0;
            if (pause > 0) {
                waitForWork(pause);
                continue;
            }
            // Asked once: a second question might find the sink gone, after the record was taken.
            writing = sink();
            if (writing != null) {
                return take();
            }
            waitForWork(grace.toNanos());
        }
        return null;
    }

    private Entry take() {
        if (failed > 0) {
            var note = new Entry(lost(failed), failed, false);
            failed = 0;
            return note;
        }
        if (ring.isEmpty()) {
            var note = new Entry(lost(overflowed), overflowed, false);
            overflowed = 0;
            return note;
        }
        return ring.poll();
    }

    private LogSink sink() {
        LogSink named = sinks.named(location);
        if (named != null) {
            everNamed = true;
            return named;
        }
        boolean reserved = location.equals("console") || location.equals("syslog");
        boolean path =
                Sinks.isPath(location)
                        || !everNamed && System.nanoTime() - created > grace.toNanos();
        return path && !reserved ? sinks.named(LogSink.FILE) : null;
    }

    private LogRecord lost(long count) {
        String message =
                count + (count == 1 ? " record was" : " records were") + " lost at " + location;
        return Records.now(LogLevel.WARN, LogComponent.NRT, "nrt_log", message, null).at(location);
    }

    private boolean await(long position, long deadlineNanos) {
        try {
            while (done < position) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0 || Thread.currentThread() == thread) {
                    return false;
                }
                progress.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** {@return false when the time is over} */
    private boolean waitForWork(long nanos) {
        try {
            return work.awaitNanos(nanos) > 0;
        } catch (InterruptedException e) {
            return true; // Left behind by a sink, or the end of this thread, which the caller
            // notices.
        }
    }
}

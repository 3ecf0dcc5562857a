package dev.glia.log.internal;

import dev.glia.log.LogSink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One log location: a bounded ring of records, and one thread at a time that writes them in order
 * to whichever sink serves the location. The thread is started on demand and ends after a while
 * without work.
 */
final class Place {
    /** How long a thread without work stays. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * A thread that just wrote looks for more this often before it sleeps: to wake it costs the
     * callers more than to be found.
     */
    private static final int NAPS = 128;

    private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

    /**
     * What a place may take of its callers and of those who are told of it.
     *
     * @param grace how long a location waits for its first sink
     * @param patience how long makers of urgent records wait to see them written
     */
    record Limits(Duration grace, Duration patience) {}

    /** Who is told of sinks that fail, on the thread that notices. */
    interface Listener {
        /** The first failure of a sink. */
        void failed(Place place, Throwable failure);

        /** A call that does not return, once for each sink. */
        void hangs(Place place, LogSink sink);

        /** There is a thread that may hang. */
        void started();
    }

    private final String location;
    private final Duration grace;
    private final Service service;
    private final Listener listener;
    private final Feed feed;
    private final Patience patience;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition progress = lock.newCondition();

    /** Whether the thread must be told of new records, or is not there. */
    private volatile boolean asleep = true;

    private boolean stalled;
    private LogSink reported;
    private LogSink reportedHang;
    private Entry lookedAt;
    private LogSink writing;
    private Entry current;
    private Entry givenUp;
    private Thread thread;

    /**
     * Creates a place without a thread.
     *
     * @param location the place as it was configured
     * @param capacity how many records may wait
     * @param limits what it may take
     * @param service who serves it
     * @param listener told of sinks that fail
     */
    Place(String location, int capacity, Limits limits, Service service, Listener listener) {
        this.location = location;
        this.feed = new Feed(location, capacity, System::nanoTime);
        this.grace = limits.grace();
        this.service = service;
        this.listener = listener;
        patience = new Patience(limits.patience(), System.nanoTime());
    }

    String location() {
        return location;
    }

    /**
     * Queues a record, or counts it as lost when the ring is full.
     *
     * @param urgent whether to wait a moment until it is written
     */
    void offer(Draft draft, boolean urgent) {
        boolean put = feed.put(draft);
        if (asleep) {
            wake();
        }
        if (urgent && put) {
            waitUntilWritten();
        }
    }

    private void waitUntilWritten() {
        lock.lock();
        try {
            long now = System.nanoTime();
            long left = patience.left(now);
            if (!stalled && left > 0 && service.sink() != null) {
                stalled = !await(feed.put(), now + left);
                patience.spend(System.nanoTime() - now);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks whether the call of a sink that ran at the last look still runs, and tells it once.
     *
     * @return whether there is a thread
     */
    boolean look() {
        LogSink hanging;
        boolean busy;
        lock.lock();
        try {
            boolean same = current != null && current == lookedAt;
            hanging = same && reportedHang != writing ? writing : null;
            if (hanging != null) {
                reportedHang = hanging;
            }
            lookedAt = current;
            busy = thread != null;
        } finally {
            lock.unlock();
        }
        if (hanging != null) {
            listener.hangs(this, hanging);
        }
        return busy;
    }

    /** {@return whether everything queued until now was written before the deadline} */
    boolean drain(long deadlineNanos) {
        lock.lock();
        try {
            return await(feed.put(), deadlineNanos);
        } finally {
            lock.unlock();
        }
    }

    boolean isServed() {
        return service.sink() != null;
    }

    boolean isServedBy(LogSink sink) {
        return service.sink() == sink;
    }

    /** Looks again for a sink. */
    void sinksChanged() {
        lock.lock();
        try {
            feed.endPause();
            if (!feed.isEmpty()) {
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

    /**
     * {@return what no sink has taken, removed; and before it, once, the record that a sink has not
     * returned from}
     */
    List<Entry> takeUnwritten() {
        lock.lock();
        try {
            var left = new ArrayList<Entry>();
            if (current != null && current != givenUp) {
                givenUp = current;
                left.add(current);
            }
            for (Entry entry = feed.take(); entry != null; entry = feed.take()) {
                left.add(entry);
                feed.settle(entry, true);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether somebody asked for this location} */
    boolean isChosen() {
        return service.isChosen();
    }

    void choose(boolean byName) {
        service.choose(byName);
    }

    /** Waits for no sink any more. */
    void end() {
        service.end();
        sinksChanged();
    }

    /** {@return whether nobody misses the records that wait here} */
    boolean isVoid() {
        return service.isVoid();
    }

    private void wake() {
        lock.lock();
        try {
            asleep = false;
            if (thread != null) {
                work.signal();
            } else {
                thread = new PlaceThread(this, this::run);
                thread.start();
                listener.started();
            }
        } catch (OutOfMemoryError e) {
            // The system has no thread left. The record waits; the next one tries again.
            thread = null;
            asleep = true;
        } finally {
            lock.unlock();
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
            Throwable failure = write(sink, entry);
            if (!finish(entry, sink, failure)) {
                return;
            }
        }
    }

    /** Whatever a sink throws must not get out of here: it is foreign code. */
    private static Throwable write(LogSink sink, Entry entry) {
        // What an earlier sink left behind would close the channel of this one.
        Thread.interrupted();
        try {
            if (!(entry.onConsole() && sink instanceof Diversion)) {
                sink.write(entry.record());
            }
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
            listener.failed(this, failure);
        }
        return true;
    }

    private void settle(Entry entry, boolean written) {
        writing = null;
        current = null;
        feed.settle(entry, written);
        stalled &= feed.hasRecords();
        progress.signalAll();
    }

    /** Waits for something to write and a sink to write it to; {@code null} ends the thread. */
    private Entry next() {
        int naps = 0;
        while (thread == Thread.currentThread()) {
            if (feed.isEmpty()) {
                if (naps++ < NAPS) {
                    await(NAP_NANOS);
                } else if (!sleep()) {
                    return null;
                }
                continue;
            }
            long pause = feed.pause();
            if (pause > 0) {
                await(pause);
                continue;
            }
            // Asked once: a second question might find the sink gone, after the record was taken.
            LogSink ready = service.sink();
            Entry entry = ready == null ? null : feed.take();
            if (entry != null) {
                writing = ready;
                return entry;
            }
            if (ready == null) {
                await(grace.toNanos());
            }
        }
        return null;
    }

    /** {@return whether there may be work; otherwise the thread has ended} */
    private boolean sleep() {
        asleep = true;
        if (!feed.isEmpty() || await(IDLE_NANOS) || !feed.isEmpty()) {
            asleep = false;
            return true;
        }
        thread = null;
        return false;
    }

    private boolean await(long position, long deadlineNanos) {
        work.signal();
        try {
            while (feed.done() < position) {
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
    private boolean await(long nanos) {
        try {
            return work.awaitNanos(nanos) > 0;
        } catch (InterruptedException e) {
            // Left behind by a sink, or the end of this thread, which the caller notices.
            return true;
        }
    }
}

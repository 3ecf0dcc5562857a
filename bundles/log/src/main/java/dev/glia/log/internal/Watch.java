package dev.glia.log.internal;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/** Looks after the places once in a while, as long as one of them has a thread. Thread-safe. */
final class Watch {
    private final Collection<Place> places;
    private final Duration period;
    private Thread thread;
    private long starts;

    /**
     * Creates a watch that does not look yet.
     *
     * @param places what to look after; may grow
     * @param period how often to look
     */
    Watch(Collection<Place> places, Duration period) {
        this.places = places;
        this.period = period;
    }

    /** A place has a thread from now on. */
    synchronized void start() {
        starts++;
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("glia-log-watch").unstarted(this::run);
            thread.setContextClassLoader(Watch.class.getClassLoader());
            try {
                thread.start();
            } catch (OutOfMemoryError e) {
                thread = null; // The system has no thread left. The next place tries again.
            }
        }
    }

    private void run() {
        try {
            long seen;
            do {
                seen = starts();
                pause();
            } while (look() || !end(seen));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // Nobody does that.
        }
    }

    private synchronized void pause() throws InterruptedException {
        long end = System.nanoTime() + period.toNanos();
        for (long left = period.toNanos(); left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private boolean look() {
        boolean busy = false;
        for (Place place : places) {
            busy |= place.look();
        }
        return busy;
    }

    private synchronized long starts() {
        return starts;
    }

    /** {@return whether the thread may end: no place has started one meanwhile} */
    private synchronized boolean end(long seen) {
        if (starts != seen) {
            return false;
        }
        thread = null;
        return true;
    }
}

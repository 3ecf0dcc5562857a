package dev.glia.log.internal;

/**
 * A thread that writes to a place. What is logged on it comes from a sink, and must not come back
 * to that sink.
 */
final class PlaceThread extends Thread {
    private final Place place;

    PlaceThread(Place place, Runnable work) {
        super(null, work, "glia-log-" + Escapes.escape(place.location()), 0, false);
        this.place = place;
        setDaemon(true);
        setContextClassLoader(PlaceThread.class.getClassLoader());
    }

    /** {@return the place it writes to} */
    Place place() {
        return place;
    }
}

package dev.glia.log.internal;

/**
 * A thread that writes to a place. What is logged on it comes from a sink, and must not come back
 * to that sink.
 */
final class PlaceThread extends Thread {
    private final String location;

    PlaceThread(String location, Runnable work) {
        super(null, work, "glia-log-" + Escapes.escape(location), 0, false);
        this.location = location;
        setDaemon(true);
        setContextClassLoader(PlaceThread.class.getClassLoader());
    }

    /** {@return the place it writes to} */
    String location() {
        return location;
    }
}

package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogSink;

import java.io.PrintStream;
import java.util.function.Consumer;

/**
 * What is wrong with a place is told on the console, and of the console itself on the last resort.
 *
 * @param console takes records
 * @param lastResort where to print
 * @param watch to be run when a place has a new thread
 */
record Complaints(Consumer<Draft> console, PrintStream lastResort, Runnable watch)
        implements Place.Listener {

    @Override
    public void failed(Place place, Throwable failure) {
        String message =
                "the log location "
                        + place.location()
                        + " fails, its records wait or are counted: "
                        + failure;
        if (isConsole(place)) {
            lastResort.println(
                    Records.now(
                                    LogLevel.ERROR,
                                    LogComponent.NRT,
                                    "nrt_log",
                                    message,
                                    place.location())
                            .line());
        } else {
            tell(message);
        }
    }

    /** A console that hangs takes the last resort with it, which most likely is the same. */
    @Override
    public void hangs(Place place, LogSink sink) {
        if (!isConsole(place)) {
            tell(
                    "the log location "
                            + place.location()
                            + " hangs, its records wait or are counted: "
                            + sink.getClass().getName()
                            + " does not return");
        }
    }

    @Override
    public void started() {
        watch.run();
    }

    private static boolean isConsole(Place place) {
        return place.location().equals(Router.CONSOLE);
    }

    private void tell(String message) {
        console.accept(
                Draft.begin(LogLevel.ERROR, LogComponent.NRT, "nrt_log").message(message).stamp());
    }
}

package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogSink;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The places that records go to, and the sinks that serve them. Thread-safe. */
final class Places {
    private static final Duration RELEASE = Duration.ofSeconds(2);

    /** What the places may take at the end, and what the console may take afterwards. */
    private static final Duration END = Duration.ofSeconds(1);

    private static final Duration CONSOLE_END = Duration.ofMillis(250);

    private final int capacity;
    private final PrintStream lastResort;
    private final Place.Limits limits;
    private final Duration leave;
    private final Place.Listener listener;
    private final Sinks sinks = new Sinks();
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    /**
     * Creates no place yet.
     *
     * @param capacity how many records may wait at each place
     * @param lastResort gets what is wrong with the console, and its records at the end
     * @param limits what places may take
     * @param hangs how long a call of a sink may take until it is told of
     * @param leave how long a sink that leaves may write what waits for it
     */
    Places(
            int capacity,
            PrintStream lastResort,
            Place.Limits limits,
            Duration hangs,
            Duration leave) {
        this.capacity = capacity;
        this.lastResort = lastResort;
        this.limits = limits;
        this.leave = leave;
        listener = new Complaints(this::say, lastResort, new Watch(places.values(), hangs)::start);
    }

    /** {@return the place that a location names} Two names of a file or a sink are one place. */
    Place at(String location) {
        return places.computeIfAbsent(key(location), _ -> create(location));
    }

    Place console() {
        return at(Router.CONSOLE);
    }

    private Place create(String location) {
        var service =
                new Service(
                        location, sinks, new Diversion(location, sinks, this::say), limits.grace());
        return new Place(location, capacity, limits, service, listener);
    }

    private static String key(String location) {
        if (!Sinks.isPath(location)) {
            return location.toLowerCase(Locale.ROOT);
        }
        Path path = Path.of(location).toAbsolutePath();
        // With .. in it, what it names depends on links.
        return (location.contains("..") ? path : path.normalize()).toString();
    }

    /** Puts something of the log itself on the console, whatever levels say, and releases it. */
    void say(Draft draft) {
        try {
            console().offer(draft, false);
        } finally {
            draft.release();
        }
    }

    void add(Sinks.Ranked sink) {
        sinks.add(sink);
        places.values().forEach(Place::sinksChanged);
    }

    /** Lets a sink go: after this call, none of its methods runs or is called. */
    void remove(LogSink sink) {
        if (sinks.isOnly(sink)) {
            drain(within(leave), place -> place.isServedBy(sink));
        }
        sinks.remove(sink);
        long deadline = within(RELEASE);
        places.values().forEach(place -> place.release(sink, deadline));
        places.values().forEach(Place::sinksChanged);
    }

    /** Waits until what is queued now is written, within a limit. */
    void flush(Duration limit) {
        drain(within(limit), Place::isServed);
    }

    private void drain(long deadline, Predicate<Place> which) {
        places.values().stream().filter(which).forEach(place -> place.drain(deadline));
    }

    private static long within(Duration limit) {
        return System.nanoTime() + limit.toNanos();
    }

    /**
     * The last moment: writes what can be written in time, counts the rest on the console, and
     * gives the console's share to the last resort.
     */
    void end() {
        Place console = console();
        List<Place> others = places.values().stream().filter(place -> place != console).toList();
        others.forEach(Place::end);
        long deadline = within(END);
        others.stream().filter(Place::isServed).forEach(place -> place.drain(deadline));
        others.forEach(this::count);
        if (console.isServed()) {
            console.drain(within(CONSOLE_END));
        }
        print(console.takeUnwritten());
    }

    private void count(Place place) {
        long lost = place.takeUnwritten().stream().mapToLong(Entry::lost).sum();
        if (lost > 0 && !place.isVoid()) {
            say(
                    Draft.begin(LogLevel.WARN, LogComponent.NRT, "nrt_log")
                            .message(Feed.lost(lost, place.location()))
                            .stamp());
        }
    }

    /** Where nobody reads standard error, printing would keep the process from ending. */
    private void print(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        Runnable print =
                () -> {
                    entries.forEach(entry -> lastResort.println(entry.record().line()));
                    lastResort.flush();
                };
        try {
            Thread.ofPlatform().daemon().name("glia-log-last").start(print).join(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

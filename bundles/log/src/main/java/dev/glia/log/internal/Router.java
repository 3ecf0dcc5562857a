package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;
import dev.glia.log.LogRoute;
import dev.glia.log.LogSink;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Sends records to the places of their component. Works before anybody says where to: early records
 * wait until the configuration arrives, or until it is clear that none will. Thread-safe.
 */
final class Router {
    static final String CONSOLE = "console";
    static final String SYSLOG = "syslog";
    private static final int RING = 8192;
    private static final int EARLY = 1024;

    /**
     * How long early records wait for a configuration, and how long a name waits for its sink
     * before it is a path.
     */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /**
     * What a sink that goes away may take to write what is queued, and to return from its last
     * call.
     */
    private static final Duration LEAVE = Duration.ofMillis(500);

    private static final Duration RELEASE = Duration.ofSeconds(2);
    private static final Duration EXIT = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMillis(50);

    /** A call of a sink that takes longer hangs. */
    private static final Duration HANGS = Duration.ofSeconds(2);

    /** The router of the container, there before Declarative Services is. */
    static final Router CONTAINER = new Router(RING, System.err, GRACE);

    private static final Thread EXIT_HOOK = new Thread(CONTAINER::exit, "glia-log-exit");

    static {
        try {
            Runtime.getRuntime().addShutdownHook(EXIT_HOOK);
        } catch (IllegalStateException e) {
            // The process is already ending.
        }
    }

    /**
     * A place of a component.
     *
     * @param place the place
     * @param level how much goes there
     * @param console whether somebody looks at it
     */
    private record Target(Place place, LogLevel level, boolean console) {}

    private final int capacity;
    private final PrintStream lastResort;
    private final Place.Limits limits;
    private final Duration leave;
    private final Place.Listener listener;
    private final Sinks sinks = new Sinks();
    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private final Map<LogComponent, Threshold> thresholds = new EnumMap<>(LogComponent.class);
    private final List<Draft> early = new ArrayList<>();
    private volatile Map<LogComponent, List<Target>> targets;

    /**
     * Creates a router.
     *
     * @param capacity how many records may wait at each place
     * @param lastResort where the router itself complains when the console fails
     * @param grace how long it waits for a configuration, and a name for its sink
     */
    Router(int capacity, PrintStream lastResort, Duration grace) {
        this(capacity, lastResort, new Place.Limits(grace, PATIENCE), HANGS, LEAVE);
    }

    /**
     * Creates a router with other limits.
     *
     * @param limits what places may take
     * @param hangs how long a call of a sink may take until it is told of
     * @param leave how long a sink that leaves may write what waits for it
     */
    Router(
            int capacity,
            PrintStream lastResort,
            Place.Limits limits,
            Duration hangs,
            Duration leave) {
        this.leave = leave;
        this.capacity = capacity;
        this.limits = limits;
        this.lastResort = lastResort;
        listener = new Complaints(this::tell, lastResort, new Watch(places.values(), hangs)::start);
        for (LogComponent component : LogComponent.values()) {
            thresholds.put(component, new Threshold());
        }
    }

    Threshold threshold(LogComponent component) {
        return thresholds.get(component);
    }

    /** Makes a record of now and this thread and sends it to the places that take it. */
    void publish(
            LogLevel level,
            LogComponent component,
            String function,
            String message,
            Throwable failure) {
        Draft draft = Draft.begin(level, component, function).message(message).failure(failure);
        publish(draft);
    }

    /** Sends what a caller drafted, and releases it. */
    void publish(Draft draft) {
        try {
            dispatch(draft);
        } finally {
            draft.release();
        }
    }

    private void dispatch(Draft draft) {
        Map<LogComponent, List<Target>> now = targets;
        if (Thread.currentThread() instanceof PlaceThread writer) {
            // A sink that logs is heard on the console only, and the console's own not at all: no
            // circles.
            if (!writer.location().equals(CONSOLE)) {
                place(CONSOLE).offer(draft, false);
            }
        } else if (now != null) {
            send(draft, now);
        } else if (!keepEarly(draft)) {
            send(draft, targets);
        }
    }

    /** Says where the records of each component go from now on. */
    synchronized void route(Map<LogComponent, List<LogRoute>> routes) {
        var next = new EnumMap<LogComponent, List<Target>>(LogComponent.class);
        thresholds.forEach(
                (component, threshold) -> {
                    var here = routes.getOrDefault(component, List.of());
                    next.put(
                            component,
                            here.stream()
                                    .map(
                                            route ->
                                                    new Target(
                                                            place(route.location()),
                                                            route.level(),
                                                            route.location().equals(CONSOLE)))
                                    .toList());
                    threshold.set(
                            here.stream()
                                    .map(LogRoute::level)
                                    .max(LogLevel::compareTo)
                                    .orElse(LogLevel.QUIET));
                });
        early.forEach(draft -> send(draft, next));
        early.clear();
        targets = next;
    }

    void add(Sinks.Ranked sink) {
        sinks.add(sink);
        places.values().forEach(Place::sinksChanged);
    }

    /** Lets a sink go: after this call, none of its methods runs or is called. */
    void remove(LogSink sink) {
        if (sinks.isOnly(sink)) {
            drain(leave, place -> place.isServedBy(sink));
        }
        sinks.remove(sink);
        long deadline = System.nanoTime() + RELEASE.toNanos();
        places.values().forEach(place -> place.release(sink, deadline));
        places.values().forEach(Place::sinksChanged);
    }

    /** Waits until what is queued now is written, within a limit. */
    void flush(Duration limit) {
        drain(limit, Place::isServed);
    }

    /**
     * The last moment of the process: writes what can be written, the console's share to the last
     * resort.
     */
    void exit() {
        useDefaults();
        flush(EXIT);
        Place console = places.get(CONSOLE);
        if (console != null) {
            printWithin(EXIT, console.takeUnwritten());
        }
    }

    /** Where nobody reads standard error, printing would keep the process from ending. */
    private void printWithin(Duration limit, List<LogRecord> records) {
        if (records.isEmpty()) {
            return;
        }
        Runnable print =
                () -> {
                    records.forEach(record -> lastResort.println(record.line()));
                    lastResort.flush();
                };
        try {
            Thread.ofPlatform().daemon().name("glia-log-last").start(print).join(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The last moment of the container: afterwards this bundle's classes cannot be loaded any more,
     * so no hook may run.
     */
    static void containerStops() {
        CONTAINER.exit();
        try {
            Runtime.getRuntime().removeShutdownHook(EXIT_HOOK);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook runs or has run.
        }
    }

    private void drain(Duration limit, Predicate<Place> which) {
        long deadline = System.nanoTime() + limit.toNanos();
        places.values().stream().filter(which).forEach(place -> place.drain(deadline));
    }

    private static void send(Draft draft, Map<LogComponent, List<Target>> targets) {
        List<Target> here = targets.get(draft.component());
        // By index: an iterator would be allocated for each record.
        for (int i = 0; i < here.size(); i++) {
            Target target = here.get(i);
            if (target.level().takes(draft.level())) {
                target.place().offer(draft, target.console() && draft.level() == LogLevel.ERROR);
            }
        }
    }

    /** {@return whether the record waits for the configuration} */
    private synchronized boolean keepEarly(Draft draft) {
        if (targets != null) {
            return false;
        }
        if (early.isEmpty()) {
            Thread.ofPlatform().daemon().name("glia-log-start").start(this::giveUpWaiting);
        }
        var kept = new Draft();
        kept.copy(draft);
        early.add(kept);
        if (early.size() >= EARLY) {
            useDefaults();
        }
        return true;
    }

    private void giveUpWaiting() {
        try {
            Thread.sleep(limits.grace());
            useDefaults();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void useDefaults() {
        if (targets == null) {
            route(Routes.defaults());
        }
    }

    private Place place(String location) {
        return places.computeIfAbsent(
                location, name -> new Place(name, capacity, limits, sinks, listener));
    }

    private void tell(Draft draft) {
        place(CONSOLE).offer(draft, false);
    }
}

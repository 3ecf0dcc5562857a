package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRoute;
import dev.glia.log.LogSink;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Sends records to the places of their component. Works before anybody says where to: early records
 * wait until the configuration arrives, or until it is clear that none will. Thread-safe.
 */
final class Router {
    static final String CONSOLE = "console";
    static final String SYSLOG = "syslog";
    private static final int RING = 8192;
    private static final int EARLY = 1024;

    /** How long early records wait for a configuration, and a location for its first sink. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** What a sink that goes away may take to write what is queued. */
    private static final Duration LEAVE = Duration.ofMillis(500);

    private static final Duration PATIENCE = Duration.ofMillis(50);

    /** A call of a sink that takes longer hangs. */
    private static final Duration HANGS = Duration.ofSeconds(2);

    /** The router of the container, there before Declarative Services is. */
    static final Router CONTAINER = new Router(RING, System.err, GRACE);

    private static final Thread EXIT_HOOK = new Thread(CONTAINER::exit, "glia-log-exit");

    static {
        containerStarts();
    }

    /**
     * A place of a component.
     *
     * @param place the place
     * @param level how much goes there
     * @param console whether somebody looks at it
     */
    private record Target(Place place, LogLevel level, boolean console) {}

    private final Duration grace;
    private final Places places;
    private final Map<LogComponent, Threshold> thresholds = new EnumMap<>(LogComponent.class);
    private final List<Draft> early = new ArrayList<>();
    private volatile Map<LogComponent, List<Target>> targets;

    /** Whether callers wait until their records are written: nobody may be there to do it later. */
    private volatile boolean ending;

    /**
     * Creates a router.
     *
     * @param capacity how many records may wait at each place
     * @param lastResort gets what is wrong with the console, and its records at the end
     * @param grace how long it waits for a configuration, and a location for its first sink
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
        this.grace = limits.grace();
        places = new Places(capacity, lastResort, limits, hangs, leave);
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

    /** Sends what a caller drafted, as a record of now, and releases it. */
    void publish(Draft draft) {
        try {
            dispatch(draft.stamp());
        } finally {
            draft.release();
        }
    }

    private void dispatch(Draft draft) {
        Map<LogComponent, List<Target>> now = targets;
        if (Thread.currentThread() instanceof PlaceThread writer) {
            // A sink that logs is heard on the console only, and the console's own not at all: no
            // circles. What nobody asked for has errors only.
            Place console = places.console();
            Place own = writer.place();
            if (own != console && (own.isChosen() || draft.level() == LogLevel.ERROR)) {
                console.offer(draft, false);
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
                                                            places.at(route.location()),
                                                            route.level(),
                                                            route.location().equals(CONSOLE)))
                                    .toList());
                    threshold.set(
                            here.stream()
                                    .map(LogRoute::level)
                                    .max(LogLevel::compareTo)
                                    .orElse(LogLevel.QUIET));
                });
        places.at(SYSLOG).choose(routes.values().stream().anyMatch(Router::isSyslogAlone));
        early.forEach(draft -> send(draft, next));
        early.clear();
        targets = next;
    }

    /** Syslog beside the console is what holds by default, whether there is one or not. */
    private static boolean isSyslogAlone(List<LogRoute> routes) {
        return has(routes, SYSLOG) && !has(routes, CONSOLE);
    }

    private static boolean has(List<LogRoute> routes, String location) {
        return routes.stream().anyMatch(route -> route.location().equals(location));
    }

    void add(Sinks.Ranked sink) {
        places.add(sink);
    }

    /** Lets a sink go: after this call, none of its methods runs or is called. */
    void remove(LogSink sink) {
        places.remove(sink);
    }

    /** Waits until what is queued now is written, within a limit. */
    void flush(Duration limit) {
        places.flush(limit);
    }

    /** The last moment of the process: every record is written, printed or counted. */
    void exit() {
        useDefaults();
        ending = true;
        places.end();
    }

    /** The first moment of the container, or of this bundle after it was stopped. */
    static void containerStarts() {
        CONTAINER.ending = false;
        try {
            Runtime.getRuntime().addShutdownHook(EXIT_HOOK);
        } catch (IllegalArgumentException | IllegalStateException e) {
            // It is there already, or the process is ending.
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

    private void send(Draft draft, Map<LogComponent, List<Target>> targets) {
        List<Target> here = targets.get(draft.component());
        boolean extra = draft.isNotice() && takesNotices(here);
        boolean console = extra;
        // By index: an iterator would be allocated for each record.
        for (int i = 0; i < here.size(); i++) {
            Target target = here.get(i);
            if (target.console() && target.level().takes(draft.level())) {
                console = true;
                extra = false;
            }
        }
        draft.onConsole(console);
        if (extra) {
            places.console().offer(draft, ending);
        }
        for (int i = 0; i < here.size(); i++) {
            Target target = here.get(i);
            if (target.level().takes(draft.level())) {
                boolean error = target.console() && draft.level() == LogLevel.ERROR;
                target.place().offer(draft, error || ending);
            }
        }
    }

    /** {@return whether a component is not quiet, and neither is its console} */
    private static boolean takesNotices(List<Target> here) {
        return here.stream().anyMatch(target -> target.level() != LogLevel.QUIET)
                && here.stream()
                        .noneMatch(target -> target.console() && target.level() == LogLevel.QUIET);
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
            Thread.sleep(grace);
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
}

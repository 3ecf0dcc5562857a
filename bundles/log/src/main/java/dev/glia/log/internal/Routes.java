package dev.glia.log.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRoute;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Where the records of each component go: what the application said, then what the variables say,
 * then the defaults. Thread-safe.
 */
final class Routes {
    private static final List<LogRoute> DEFAULTS =
            List.of(
                    new LogRoute(Router.CONSOLE, LogLevel.ERROR),
                    new LogRoute(Router.SYSLOG, LogLevel.INFO));

    private final Router router;
    private final Map<LogComponent, List<LogRoute>> said = new EnumMap<>(LogComponent.class);
    private Map<LogComponent, List<LogRoute>> configured = defaults();

    /**
     * Creates the routes, of which the router hears when something is said.
     *
     * @param router follows them
     */
    Routes(Router router) {
        this.router = router;
    }

    /** {@return where everything goes as long as nobody says anything} */
    static Map<LogComponent, List<LogRoute>> defaults() {
        var everywhere = new EnumMap<LogComponent, List<LogRoute>>(LogComponent.class);
        for (LogComponent component : LogComponent.values()) {
            everywhere.put(component, DEFAULTS);
        }
        return everywhere;
    }

    synchronized void configure(Map<LogComponent, List<LogRoute>> routes) {
        configured = Map.copyOf(routes);
        router.route(now());
    }

    synchronized void set(LogComponent component, List<LogRoute> places) {
        said.put(component, places.stream().map(Routes::checked).toList());
        router.route(now());
    }

    synchronized void reset(LogComponent component) {
        said.remove(component);
        router.route(now());
    }

    synchronized Map<LogComponent, List<LogRoute>> now() {
        var all = new EnumMap<LogComponent, List<LogRoute>>(LogComponent.class);
        all.putAll(configured);
        all.putAll(said);
        return Map.copyOf(all);
    }

    /** As the variables take them. */
    private static LogRoute checked(LogRoute route) {
        Objects.requireNonNull(route.level(), "level");
        String location = route.location().strip();
        if (location.isEmpty() || !Escapes.escape(location).equals(location)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "the log location \""
                            + Escapes.escape(location)
                            + "\" is empty or has control characters; accepted: console, syslog, the"
                            + " path of a file or the name of another log sink, such as console");
        }
        String lower = location.toLowerCase(Locale.ROOT);
        boolean known = lower.equals(Router.CONSOLE) || lower.equals(Router.SYSLOG);
        return new LogRoute(known ? lower : location, route.level());
    }
}

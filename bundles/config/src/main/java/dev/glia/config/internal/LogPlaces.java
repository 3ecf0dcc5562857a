package dev.glia.config.internal;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRoute;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Where the records of each component go. Without any setting: ERROR to the console and INFO to
 * syslog. A level holds for both; a location picks one, which gets its level or, without one, ERROR
 * on the console and INFO anywhere else.
 */
final class LogPlaces {
    private static final String CONSOLE = "console";
    private static final String SYSLOG = "syslog";

    /** What the documentation also calls NMGR. */
    private static final String ALIAS = "KMGR";

    private final Reading reading;

    LogPlaces(Reading reading) {
        this.reading = reading;
    }

    Map<LogComponent, List<LogRoute>> routes() {
        Optional<LogLevel> level = reading.read(Catalogue.LOG_LEVEL);
        Optional<String> location = reading.read(Catalogue.LOG_LOCATION);
        List<LogRoute> everywhere = routes(level, location);
        reading.decide(Catalogue.LOG_LEVEL, levels(everywhere), "default");
        reading.decide(Catalogue.LOG_LOCATION, locations(everywhere), "default");

        var routes = new EnumMap<LogComponent, List<LogRoute>>(LogComponent.class);
        for (LogComponent component : LogComponent.values()) {
            Own<LogLevel> ownLevel = own(component, Catalogue::levelOf);
            Own<String> ownLocation = own(component, Catalogue::locationOf);
            List<LogRoute> here =
                    routes(
                            ownLevel.value().or(() -> level),
                            ownLocation.value().or(() -> location));
            reading.decide(
                    ownLevel.variable(), levels(here), ownLevel.origin(level, Catalogue.LOG_LEVEL));
            reading.decide(
                    ownLocation.variable(),
                    locations(here),
                    ownLocation.origin(location, Catalogue.LOG_LOCATION));
            routes.put(component, here);
        }
        refuseUnknownComponents();
        reading.mention(Catalogue.NO_COLOR);
        return Map.copyOf(routes);
    }

    /** A component that does not exist would silently log less than was asked for. */
    private void refuseUnknownComponents() {
        for (String name : reading.given()) {
            for (Variable<?> global : List.of(Catalogue.LOG_LEVEL, Catalogue.LOG_LOCATION)) {
                String prefix = global.name() + "_";
                if (name.startsWith(prefix) && !reading.names().contains(name)) {
                    reading.read(Catalogue.ofUnknownComponent(name, prefix));
                }
            }
        }
    }

    /**
     * What a component has of its own.
     *
     * @param variable its variable
     * @param value the value of it or of its alias
     * @param alias the alias that gave the value
     */
    private record Own<T>(Variable<T> variable, Optional<T> value, Optional<Variable<T>> alias) {

        /** Who decides when the variable itself is not set. */
        String origin(Optional<T> everywhere, Variable<T> global) {
            return alias.or(() -> everywhere.map(_ -> global))
                    .map(Variable::name)
                    .orElse("default");
        }
    }

    private <T> Own<T> own(LogComponent component, Function<String, Variable<T>> variableOf) {
        Variable<T> variable = variableOf.apply(component.name());
        Optional<T> value = reading.read(variable);
        if (component != LogComponent.NMGR) {
            return new Own<>(variable, value, Optional.empty());
        }
        Variable<T> alias = variableOf.apply(ALIAS);
        Optional<T> aliased = reading.read(alias);
        if (value.isPresent() && aliased.isPresent() && !value.equals(aliased)) {
            reading.refuse(
                    alias,
                    "it means the same as " + variable.name() + ", which is set to something else");
        }
        return value.isPresent()
                ? new Own<>(variable, value, Optional.empty())
                : new Own<>(variable, aliased, aliased.map(_ -> alias));
    }

    private static List<LogRoute> routes(Optional<LogLevel> level, Optional<String> location) {
        return location.map(List::of).orElse(List.of(CONSOLE, SYSLOG)).stream()
                .map(
                        place ->
                                new LogRoute(
                                        place,
                                        level.orElse(
                                                place.equals(CONSOLE)
                                                        ? LogLevel.ERROR
                                                        : LogLevel.INFO)))
                .toList();
    }

    private static String levels(List<LogRoute> routes) {
        return routes.stream().map(LogRoute::level).distinct().count() == 1
                ? routes.getFirst().level().name()
                : routes.stream()
                        .map(route -> route.level() + " on " + route.location())
                        .collect(Collectors.joining(", "));
    }

    private static String locations(List<LogRoute> routes) {
        return routes.stream()
                .map(LogRoute::location)
                .map(Printable::of)
                .collect(Collectors.joining(","));
    }
}

package dev.glia.log.internal;

import dev.glia.log.LogSink;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The sinks that are there, by the location they serve. Thread-safe; reading takes no lock. */
final class Sinks {

    /**
     * A sink and what decides between several.
     *
     * @param location what it serves, in lower case
     * @param sink the sink
     * @param ranking the higher the better
     * @param id the lower the better, when the ranking is the same
     */
    record Ranked(String location, LogSink sink, int ranking, long id) {}

    private final List<Ranked> all = new ArrayList<>();
    private volatile Map<String, LogSink> best = Map.of();

    /** {@return the best sink for a name, or {@code null}} */
    LogSink named(String location) {
        return best.get(location.toLowerCase(Locale.ROOT));
    }

    /** {@return the names that a location may have, but for paths} */
    Set<String> names() {
        var names = new TreeSet<>(best.keySet());
        names.addAll(List.of(Router.CONSOLE, Router.SYSLOG));
        names.remove(LogSink.FILE);
        return names;
    }

    /**
     * {@return whether a location is a path, unless a sink has that name: it has slashes or dots}
     */
    static boolean isPath(String location) {
        return location.indexOf('/') >= 0 || location.indexOf('.') >= 0;
    }

    synchronized void add(Ranked sink) {
        all.removeIf(known -> known.sink() == sink.sink());
        all.add(sink);
        choose();
    }

    synchronized void remove(LogSink sink) {
        all.removeIf(known -> known.sink() == sink);
        choose();
    }

    /** {@return whether the records of this sink have nowhere to go without it} */
    synchronized boolean isOnly(LogSink sink) {
        var locations = all.stream().filter(r -> r.sink() == sink).map(Ranked::location).toList();
        return all.stream().noneMatch(r -> r.sink() != sink && locations.contains(r.location()));
    }

    private void choose() {
        all.sort(
                Comparator.comparingInt(Ranked::ranking)
                        .thenComparing(Ranked::id, Comparator.reverseOrder()));
        var chosen = new HashMap<String, LogSink>();
        all.forEach(ranked -> chosen.put(ranked.location(), ranked.sink()));
        best = Map.copyOf(chosen);
    }
}

package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.neff.Subgraph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is printed of the subgraphs of compiled Neuron code. */
final class NeuronCode {
    /** The variables that are listed by name in a table; a subgraph may have thousands. */
    private static final int LARGEST = 10;

    private NeuronCode() {}

    static List<Map<String, Object>> json(List<Subgraph> subgraphs) {
        return subgraphs.stream().map(NeuronCode::json).toList();
    }

    private static Map<String, Object> json(Subgraph subgraph) {
        return Json.object(
                "name", subgraph.name(),
                "version", subgraph.version(),
                "features", subgraph.features(),
                "engines",
                        subgraph.engines().stream()
                                .map(
                                        engine ->
                                                Json.object(
                                                        "name", engine.name(),
                                                        "member", engine.member(),
                                                        "size", known(engine.size())))
                                .toList(),
                "queues",
                        subgraph.queues().stream()
                                .map(
                                        queue ->
                                                Json.object(
                                                        "name", queue.name(),
                                                        "type", queue.type(),
                                                        "owner", queue.owner(),
                                                        "count", queue.count()))
                                .toList(),
                "variables",
                        subgraph.variables().stream()
                                .map(
                                        variable ->
                                                Json.object(
                                                        "name", variable.name(),
                                                        "type", variable.type(),
                                                        "size", known(variable.size()),
                                                        "file", variable.file()))
                                .toList());
    }

    private static Long known(long size) {
        return size < 0 ? null : size;
    }

    static Table table(List<Subgraph> subgraphs) {
        Table table = new Table();
        subgraphs.forEach(subgraph -> rows(subgraph, table));
        return table;
    }

    private static void rows(Subgraph subgraph, Table table) {
        table.row(
                "subgraph",
                Printable.text(subgraph.name()),
                "version " + Printable.text(subgraph.version()),
                Printable.text(String.join(", ", subgraph.features())));
        for (Subgraph.EngineCode engine : subgraph.engines()) {
            table.row("  engine", Printable.text(engine.name()), bytes(engine.size()));
        }
        for (Subgraph.Queue queue : subgraph.queues()) {
            table.row(
                    "  queues",
                    Printable.text(queue.name()),
                    queue.count() + " " + Printable.text(queue.type()),
                    queue.owner().isEmpty() ? "" : "of " + Printable.text(queue.owner()));
        }
        types(subgraph)
                .forEach(
                        (type, variables) ->
                                table.row(
                                        "  variables",
                                        Printable.text(type),
                                        variables.size() + " of this type",
                                        bytes(total(variables))));
        List<Subgraph.Variable> largest = new ArrayList<>(subgraph.variables());
        largest.sort((a, b) -> Long.compare(b.size(), a.size()));
        largest.stream()
                .limit(LARGEST)
                .filter(variable -> variable.size() >= 0)
                .forEach(
                        variable ->
                                table.row(
                                        "  variable",
                                        Printable.text(variable.name()),
                                        Printable.text(variable.type()),
                                        bytes(variable.size())));
    }

    private static Map<String, List<Subgraph.Variable>> types(Subgraph subgraph) {
        Map<String, List<Subgraph.Variable>> types = new TreeMap<>();
        subgraph.variables()
                .forEach(v -> types.computeIfAbsent(v.type(), _ -> new ArrayList<>()).add(v));
        return types;
    }

    private static long total(List<Subgraph.Variable> variables) {
        return variables.stream()
                .mapToLong(Subgraph.Variable::size)
                .filter(size -> size >= 0)
                .reduce(0, (a, b) -> Long.MAX_VALUE - a < b ? Long.MAX_VALUE : a + b);
    }

    private static String bytes(long size) {
        return size < 0 ? "no size" : size + " bytes";
    }
}

package dev.glia.device.kit;

import dev.glia.device.CoreAddress;
import dev.glia.device.Engine;
import dev.glia.device.MemoryUsage;
import dev.glia.device.MemoryUsage.Category;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The table that the runtime logs when memory does not suffice: a row for the core and one for each
 * of its models, instances of a model together. Each line is a record of its own.
 */
final class UsageTable {

    private static final Logger LOG = LoggerFactory.getLogger("TDRV.log_dev_mem_usage_table");

    private static final int FIRST_NEFF = 1001;

    private final CoreAddress core;
    private final List<Row> rows = new ArrayList<>();

    private int next = FIRST_NEFF;

    private List<String> logged = List.of();

    private record Row(int id, String model, Map<Category, Long> bytes) {}

    UsageTable(CoreAddress core) {
        this.core = core;
    }

    Object add(String model, Engine.Footprint footprint) {
        Row row =
                new Row(
                        next++,
                        model,
                        Map.of(
                                Category.MODEL_CODE,
                                footprint.code(),
                                Category.CONSTANTS,
                                footprint.constants()));
        rows.add(row);
        return row;
    }

    /** By identity: the JDK keeps the class of a record, and its loader, once equals is linked. */
    void remove(Object row) {
        rows.removeIf(each -> each == row);
    }

    /**
     * Logs the table, unless it is the one that was logged last: who tries again sees nothing new.
     */
    void log(MemoryUsage usage) {
        List<String> lines = lines(usage);
        if (!lines.equals(logged)) {
            logged = lines;
            lines.forEach(LOG::error);
        }
    }

    List<String> lines(MemoryUsage usage) {
        var lines = new ArrayList<String>();
        lines.add("Displaying Current Memory Utilization:");
        lines.add(line("", "", "Model", "Model", "", "Shared", ""));
        lines.add(line("", "TOTAL", "Code", "Constants", "Tensors", "Scratchpad", "Runtime"));
        lines.add(
                line(
                        "ND " + core.device() + ":NC " + core.core(),
                        size(usage.deviceTotal()),
                        cells(category -> size(usage.device().get(category)))));
        Collection<List<Row>> models = models();
        for (List<Row> instances : models) {
            Row row = instances.getFirst();
            lines.add(
                    line(
                            "  \\_NEFF " + row.id(),
                            size(instances.size() * sum(row)),
                            cells(
                                    category ->
                                            row.bytes().containsKey(category)
                                                    ? size(
                                                            instances.size()
                                                                    * row.bytes().get(category))
                                                    : "n/a")));
        }
        if (!models.isEmpty()) {
            lines.add("NEFF id to name mapping:");
            models.forEach(instances -> lines.add(name(instances)));
        }
        return lines;
    }

    /** Instances of a model, and what takes the same otherwise, by the first of them. */
    private Collection<List<Row>> models() {
        return rows.stream()
                .collect(
                        Collectors.groupingBy(
                                row -> List.of(row.model(), row.bytes()),
                                LinkedHashMap::new,
                                Collectors.toList()))
                .values();
    }

    private static long sum(Row row) {
        return row.bytes().values().stream().mapToLong(Long::longValue).sum();
    }

    private static String name(List<Row> instances) {
        Row first = instances.getFirst();
        String name = first.id() + ": \"" + first.model() + "\"";
        return instances.size() == 1
                ? name
                : name + " (" + instances.size() + " instances, " + size(sum(first)) + " each)";
    }

    private static String[] cells(Function<Category, String> text) {
        return List.of(Category.values()).stream().map(text).toArray(String[]::new);
    }

    private static String line(String first, String total, String... cells) {
        var line = new StringBuilder("%-15s|%10s|".formatted(first, total));
        for (String cell : cells) {
            line.append("%10s|".formatted(cell));
        }
        return line.toString();
    }

    /** {@return all categories that take something, for a message} */
    static String sentence(MemoryUsage usage) {
        return usage.device().entrySet().stream()
                .filter(entry -> entry.getValue() != 0)
                .map(entry -> entry.getKey().label() + " " + size(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** {@return a number of bytes as the runtime writes it, such as {@code 4.000GB}} */
    static String size(long bytes) {
        String[] units = {"B", "KB", "MB", "GB"};
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.3f%s", value, units[unit]);
    }
}

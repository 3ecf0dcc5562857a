package dev.glia.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a benchmark measured: a table of comma-separated values, with machine and date above it. */
final class Results {
    private final List<String> columns;
    private final List<List<String>> rows = new ArrayList<>();
    private String taken;

    Results(String... columns) {
        this.columns = List.of(columns);
        this.taken = machine() + ", " + LocalDate.now(ZoneOffset.UTC);
    }

    /** {@return what was saved} */
    static Results of(String name) throws IOException {
        List<String> lines = Files.readAllLines(file(name));
        var results = new Results(lines.get(1).split(","));
        results.taken = lines.getFirst().substring("# ".length());
        lines.stream().skip(2).map(line -> List.of(line.split(","))).forEach(results.rows::add);
        return results;
    }

    /** {@return whether something was saved} */
    static boolean exist(String name) {
        return Files.exists(file(name));
    }

    /** Adds a row; numbers are rounded to a hundredth. */
    void add(Object... row) {
        rows.add(
                Stream.of(row)
                        .map(
                                value ->
                                        value instanceof Double number
                                                ? String.format(Locale.ROOT, "%.2f", number)
                                                : value.toString())
                        .toList());
    }

    void save(String name) throws IOException {
        Path file = file(name);
        Files.createDirectories(file.getParent());
        Files.write(
                file,
                Stream.concat(
                                Stream.of("# " + taken, String.join(",", columns)),
                                rows.stream().map(row -> String.join(",", row)))
                        .toList());
        System.err.println("saved " + file);
    }

    /** {@return where and when it was measured} */
    String taken() {
        return taken;
    }

    /** {@return the median of a column, over the rows that have a value in another one} */
    double median(String key, String value, String column) {
        double[] sorted = sorted(key, value, column);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** {@return the largest value of a column, over the rows that have a value in another one} */
    double max(String key, String value, String column) {
        double[] sorted = sorted(key, value, column);
        return sorted[sorted.length - 1];
    }

    private double[] sorted(String key, String value, String column) {
        return rows.stream()
                .filter(row -> row.get(columns.indexOf(key)).equals(value))
                .mapToDouble(row -> Double.parseDouble(row.get(columns.indexOf(column))))
                .sorted()
                .toArray();
    }

    /** {@return the different values of a column, in their order} */
    List<String> values(String column) {
        return rows.stream()
                .map(row -> row.get(columns.indexOf(column)))
                .distinct()
                .collect(Collectors.toList());
    }

    private static Path file(String name) {
        return Path.of(System.getProperty("glia.benchmarks.results"), name + ".csv");
    }

    private static String machine() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            String model =
                    lines.filter(line -> line.startsWith("model name"))
                            .map(line -> line.substring(line.indexOf(':') + 1).strip())
                            .findFirst()
                            .orElse(System.getProperty("os.arch"));
            return model.replace(",", "")
                    + " with "
                    + Runtime.getRuntime().availableProcessors()
                    + " processors";
        } catch (IOException unknown) {
            return System.getProperty("os.arch");
        }
    }
}

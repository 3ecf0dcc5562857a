package dev.glia.launcher.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a process tells of its drivers, for people. */
record DriverTable(Map<String, Object> answer) {

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("process ")
                .append(cell(answer, "pid"))
                .append("  ")
                .append(cell(answer, "instance"))
                .append(Boolean.TRUE.equals(answer.get("emulated")) ? " (emulated)" : "")
                .append("  NeuronCores ")
                .append(
                        list(answer.get("cores")).stream()
                                .map(String::valueOf)
                                .collect(Collectors.joining(",")))
                .append('\n');
        Table table = new Table();
        table.row("ARCH", "REVISION", "STATE", "LEASES", "MODELS", "SINCE", "REASON");
        for (Object each : list(answer.get("drivers"))) {
            if (each instanceof Map<?, ?> driver) {
                table.row(
                        cell(driver, "arch"),
                        cell(driver, "bundle") + " " + cell(driver, "version"),
                        cell(driver, "role"),
                        cell(driver, "leases"),
                        cell(driver, "models"),
                        since(cell(driver, "since")),
                        driver.get("reason") == null ? "" : cell(driver, "reason"));
            }
        }
        text.append(table);
        if (answer.get("previous") instanceof Map<?, ?> previous) {
            for (Object arch : previous.keySet()) {
                text.append("\"glia drivers rollback ")
                        .append(Table.printable(String.valueOf(arch)))
                        .append("\" brings ")
                        .append(cell(previous, arch))
                        .append(" back\n");
            }
        }
        return text.toString();
    }

    private static String since(String instant) {
        try {
            Duration age = Duration.between(Instant.parse(instant), Instant.now());
            return Age.text(age.isNegative() ? Duration.ZERO : age);
        } catch (DateTimeParseException unknown) {
            return instant;
        }
    }

    private static List<?> list(Object value) {
        return value instanceof List<?> elements ? elements : List.of();
    }

    private static String cell(Map<?, ?> object, Object name) {
        return Table.printable(String.valueOf(object.get(name)));
    }
}

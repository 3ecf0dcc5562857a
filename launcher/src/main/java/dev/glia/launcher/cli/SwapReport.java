package dev.glia.launcher.cli;

import dev.glia.control.Json;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a process tells of a swap. */
record SwapReport(Map<String, Object> answer) {

    void print(boolean json) {
        System.out.println(json ? Json.write(answer) : line());
    }

    private String line() {
        boolean serving = Boolean.TRUE.equals(answer.get("serving"));
        String architectures =
                answer.get("archs") instanceof List<?> names
                        ? names.stream().map(String::valueOf).collect(Collectors.joining(", "))
                        : "";
        return Table.printable(
                "process %s: %s took the place of %s for %s in %s ms%s"
                        .formatted(
                                answer.get("pid"),
                                answer.get("now"),
                                answer.get("before"),
                                architectures,
                                answer.get("took_ms") instanceof Number millis
                                        ? Math.round(millis.doubleValue())
                                        : 0,
                                serving
                                        ? ""
                                        : "; no runtime of it is initialised here, so it was not tried yet"));
    }
}

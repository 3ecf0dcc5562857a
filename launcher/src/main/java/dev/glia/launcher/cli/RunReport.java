package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code glia run} tells.
 *
 * @param label what to call the model
 * @param host the machine
 * @param runtime the runtime
 * @param loaded the loaded model
 * @param sources where each input comes from
 * @param written where outputs went
 * @param result the measured requests
 */
record RunReport(
        String label,
        Host host,
        NeuronRuntime runtime,
        LoadedCores loaded,
        Map<String, String> sources,
        Map<String, String> written,
        Requests.Result result) {
    private static final int JSON_VALUES = 16;
    private static final int TEXT_VALUES = 4;

    String json() {
        return Json.write(
                Json.object(
                        "model", label,
                        "arch", loaded.model().architecture(),
                        "instance", runtime.instance().type(),
                        "emulated", runtime.instance().emulated(),
                        "cores", loaded.cores().stream().map(NeuronCore::hostIndex).toList(),
                        "status", result.status(),
                        "status_code", result.status().code(),
                        "inputs", loaded.model().inputs().stream().map(this::input).toList(),
                        "outputs", result.last().outputs().stream().map(this::output).toList(),
                        "load_ms", Latencies.millis(loaded.loadNanos()),
                        "latency_ms", result.latencies().json(),
                        "executions", result.latencies().count()));
    }

    private Object input(TensorInfo info) {
        Map<String, Object> json = Tensors.json(info);
        json.put("source", sources.get(info.name()));
        return json;
    }

    private Object output(Tensor output) {
        Map<String, Object> json = Tensors.json(output.info());
        json.put("values", Tensors.first(JSON_VALUES, output));
        return json;
    }

    String text() {
        Table tensors = new Table();
        loaded.model()
                .inputs()
                .forEach(
                        info ->
                                tensors.row(
                                        "input",
                                        info.name(),
                                        info.typeAndShape(),
                                        sources.get(info.name())));
        for (Tensor output : result.last().outputs()) {
            TensorInfo info = output.info();
            String file = written.get(info.name());
            tensors.row(
                    "output",
                    info.name(),
                    info.typeAndShape(),
                    file == null ? values(output) : "-> " + file);
        }
        return label
                + "  "
                + loaded.model().architecture()
                + "  "
                + cores()
                + "  loaded in "
                + millis(loaded.loadNanos())
                + " ms\n"
                + tensors
                + times()
                + "\n";
    }

    private String cores() {
        List<Integer> owned = loaded.cores().stream().map(NeuronCore::hostIndex).toList();
        String numbers =
                owned.size() == 1
                        ? "NeuronCore " + owned.getFirst()
                        : "NeuronCores " + owned.getFirst() + "-" + owned.getLast();
        return numbers + " of " + host.cores().size();
    }

    private static String values(Tensor output) {
        String values =
                Tensors.first(TEXT_VALUES, output).stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(" "));
        return output.info().elements() > TEXT_VALUES ? values + " ..." : values;
    }

    private String times() {
        Latencies latencies = result.latencies();
        if (latencies.count() == 1) {
            return "1 execution  "
                    + millis(latencies.percentile(1))
                    + " ms   (--repeat 1000 for percentiles)";
        }
        long perSecond = Math.round(latencies.count() * 1e9 / result.wallNanos());
        return latencies.count()
                + " executions  p50 "
                + millis(latencies.percentile(0.50))
                + " ms  p90 "
                + millis(latencies.percentile(0.90))
                + " ms  p99 "
                + millis(latencies.percentile(0.99))
                + " ms  "
                + perSecond
                + "/s";
    }

    /** Three digits that count. */
    static String millis(double nanos) {
        double millis = nanos / 1e6;
        return String.format(
                Locale.ROOT,
                millis >= 100 ? "%.0f" : millis >= 1 ? "%.1f" : millis >= 0.1 ? "%.2f" : "%.4f",
                millis);
    }
}

package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.Glia;
import dev.glia.launcher.tensor.RandomTensor;
import dev.glia.runtime.Execution;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.Tensor;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** {@code glia bench}: latency and throughput over cores and in-flight depth. */
@Command(
        name = "bench",
        description =
                "Warm up, then measure latency and throughput over cores and in-flight depth.")
final class BenchCommand implements Callable<Integer> {
    /** What a core takes when no variable says otherwise. */
    private static final int MAX_DEPTH = 63;

    @Mixin private CommonOptions common;

    @Mixin private CoreOptions coreOptions;

    @Spec private CommandLine.Model.CommandSpec spec;

    @Parameters(paramLabel = "MODEL.neff", description = "The NEFF.")
    private Path file;

    @Option(
            names = "--depth",
            split = ",",
            defaultValue = "0,1,3",
            paramLabel = "N",
            description =
                    "Requests in flight on each core, 0 for synchronous; several with commas: ${DEFAULT-VALUE}.")
    private List<Integer> depths;

    @Option(
            names = "--seconds",
            defaultValue = "2",
            description = "How long each row is measured: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--warmup",
            defaultValue = "1",
            description = "Seconds of warm-up for each row: ${DEFAULT-VALUE}.")
    private double warmup;

    /** One line of the result. */
    private record Row(int cores, int depth, Requests.Result result) {

        double perSecond() {
            return result.latencies().count() * 1e9 / result.wallNanos();
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        if (depths.stream().anyMatch(depth -> depth < 0 || depth > MAX_DEPTH)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--depth " + depths + ": accepted are 0 to " + MAX_DEPTH);
        }
        if (!(seconds > 0 && seconds <= 3600) || !(warmup >= 0 && warmup <= 3600)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--seconds and --warmup: accepted is up to 3600, and --seconds more than 0");
        }
        Map<String, String> settings = coreOptions.settings();
        // More than 0 would make the synchronous rows asynchronous.
        settings.put(CoreOptions.IN_FLIGHT, "0");
        try (Glia glia = common.start(settings)) {
            Host.of(glia);
            NeuronRuntime runtime = glia.runtime();
            LoadedCores loaded = new LoadedCores(runtime, coreOptions.of(runtime), file);
            List<Row> rows = new ArrayList<>();
            for (int cores : steps(loaded.cores().size())) {
                for (int depth : depths) {
                    rows.add(measure(loaded, cores, depth));
                }
            }
            System.out.print(common.json() ? json(runtime, loaded, rows) + "\n" : table(rows));
        }
        return 0;
    }

    /** 1, 2, 4, ... and all. */
    private static List<Integer> steps(int all) {
        return IntStream.concat(IntStream.iterate(1, n -> n < all, n -> 2 * n), IntStream.of(all))
                .boxed()
                .toList();
    }

    private Row measure(LoadedCores loaded, int cores, int depth) throws InterruptedException {
        List<List<Execution>> prepared =
                loaded.prepare(
                        cores,
                        Math.max(1, depth),
                        first -> {
                            for (Tensor input : first.inputs()) {
                                RandomTensor.fill(1, input.info(), input.segment());
                            }
                        });
        Requests.run(prepared, depth > 0, Budget.nanos((long) (warmup * 1e9)));
        Requests.Result result =
                Requests.run(prepared, depth > 0, Budget.nanos((long) (seconds * 1e9)));
        prepared.forEach(slots -> slots.forEach(Execution::close));
        return new Row(cores, depth, result);
    }

    private String json(NeuronRuntime runtime, LoadedCores loaded, List<Row> rows) {
        return Json.write(
                Json.object(
                        "model", file,
                        "arch", loaded.model().architecture(),
                        "instance", runtime.instance().type(),
                        "emulated", runtime.instance().emulated(),
                        "load_ms", Latencies.millis(loaded.loadNanos()),
                        "rows",
                                rows.stream()
                                        .map(
                                                row ->
                                                        Json.object(
                                                                "cores", row.cores(),
                                                                "depth", row.depth(),
                                                                "executions",
                                                                        row.result()
                                                                                .latencies()
                                                                                .count(),
                                                                "throughput",
                                                                        Math.round(
                                                                                        row
                                                                                                        .perSecond()
                                                                                                * 10)
                                                                                / 10.0,
                                                                "latency_ms",
                                                                        row.result()
                                                                                .latencies()
                                                                                .json()))
                                        .toList()));
    }

    private static String table(List<Row> rows) {
        Table table =
                new Table()
                        .row(
                                "CORES",
                                "IN FLIGHT",
                                "P50 MS",
                                "P90 MS",
                                "P99 MS",
                                "MAX MS",
                                "PER SECOND");
        for (Row row : rows) {
            Latencies latencies = row.result().latencies();
            table.row(
                    row.cores(),
                    row.depth() == 0 ? "sync" : row.depth(),
                    RunReport.millis(latencies.percentile(0.50)),
                    RunReport.millis(latencies.percentile(0.90)),
                    RunReport.millis(latencies.percentile(0.99)),
                    RunReport.millis(latencies.percentile(1)),
                    Math.round(row.perSecond()));
        }
        return table.toString();
    }
}

package dev.glia.benchmarks;

import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What grows with the number of cores, and with the number of loaded models. Each point is measured
 * three times in a process of its own, on an emulated trn2.48xlarge: with one model on each of n
 * cores, or with n different models on one core. Every model has one float.
 */
final class Scale {
    private static final int ROUNDS = 3;
    private static final int[] CORES = {1, 2, 4, 8, 16, 32, 64};
    private static final int[] MODELS = {1, 3, 10, 30, 100, 300, 1000};
    private static final int WARM_UP = 200_000;
    private static final int SLICES = 500;
    private static final int SLICE = 1000;
    private static final int NEFFS = 1000;

    private Scale() {}

    /** Measures all points. */
    static void measure() throws IOException, InterruptedException {
        Path neffs = Files.createTempDirectory("glia-benchmark");
        try {
            compile(neffs);
            measure("cores", CORES, neffs);
            measure("models", MODELS, neffs);
        } finally {
            try (var files = Files.list(neffs)) {
                files.forEach(file -> file.toFile().delete());
            }
            Files.delete(neffs);
        }
    }

    private static void compile(Path folder) throws IOException {
        try (var host = new GliaHost(Map.of("GLIA_INSTANCE", "trn2.48xlarge"))) {
            for (int i = 1; i <= NEFFS; i++) {
                Path neff = host.compile("scaled", Networks.scaled(i), "trn2");
                Files.move(neff, folder.resolve(i + ".neff"));
            }
        }
    }

    private static void measure(String what, int[] sizes, Path neffs)
            throws IOException, InterruptedException {
        var results =
                new Results(
                        what,
                        "round",
                        "init ms",
                        "load ms",
                        "ns for a request",
                        "resident MiB",
                        "threads");
        for (int round = 1; round <= ROUNDS; round++) {
            for (int size : sizes) {
                List<Object> row = new ArrayList<>(List.of(size, round));
                row.addAll(point(what, size, neffs));
                results.add(row.toArray());
            }
        }
        print(what, results);
        results.save("scale-" + what);
    }

    private static List<Double> point(String what, int size, Path neffs)
            throws IOException, InterruptedException {
        String line = FreshJvm.run(Scale.class, what, Integer.toString(size), neffs.toString());
        System.err.printf("%s %d: %s%n", what, size, line);
        return Arrays.stream(line.split(" ")).map(Double::valueOf).toList();
    }

    /**
     * Measures one point and prints it.
     *
     * @param arguments {@code cores} or {@code models}, how many, and where the NEFFs are
     */
    public static void main(String... arguments) throws IOException {
        boolean cores = arguments[0].equals("cores");
        int size = Integer.parseInt(arguments[1]);
        Path neffs = Path.of(arguments[2]);
        long start = System.nanoTime();
        try (var host =
                new GliaHost(
                        Map.of(
                                "GLIA_INSTANCE",
                                "trn2.48xlarge",
                                "NEURON_RT_NUM_CORES",
                                Integer.toString(cores ? size : 1)))) {
            host.runtime().cores();
            double init = millis(start);
            load(host, neffs, 0, NEFFS).close(); // the first model brings the engine
            start = System.nanoTime();
            List<Model> models = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                models.add(load(host, neffs, cores ? i : 0, i + 1));
            }
            double load = millis(start) / size;
            List<Execution> executions = models.stream().map(Model::prepare).toList();
            executions.forEach(execution -> execution.inputs().getFirst().write(OneFloat.INPUT));
            double request = request(executions);
            System.out.printf(
                    Locale.ROOT,
                    "%.1f %.3f %.0f %.1f %d%n",
                    init,
                    load,
                    request,
                    status("VmRSS:") / 1024.0,
                    status("Threads:"));
            executions.forEach(Execution::close);
            models.forEach(Model::close);
        }
    }

    private static Model load(GliaHost host, Path neffs, int core, int number) {
        return host.runtime().load(neffs.resolve(number + ".neff"), LoadOptions.core(core));
    }

    /** {@return the nanoseconds of a request, all executions in turn: the median of slices} */
    private static double request(List<Execution> executions) {
        int next = 0;
        for (int i = 0; i < WARM_UP; i++) {
            executions.get(next).execute();
            next = next + 1 == executions.size() ? 0 : next + 1;
        }
        double[] nanos = new double[SLICES];
        for (int slice = 0; slice < SLICES; slice++) {
            long start = System.nanoTime();
            for (int i = 0; i < SLICE; i++) {
                executions.get(next).execute();
                next = next + 1 == executions.size() ? 0 : next + 1;
            }
            nanos[slice] = (double) (System.nanoTime() - start) / SLICE;
        }
        Arrays.sort(nanos);
        return nanos[SLICES / 2];
    }

    private static double millis(long since) {
        return (System.nanoTime() - since) / 1e6;
    }

    private static long status(String field) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void print(String what, Results results) {
        System.out.printf(
                "%n| %s | init, ms | load of a model, ms | ns for a request | resident, MiB |"
                        + " threads |%n|---|---|---|---|---|---|%n",
                what);
        for (String size : results.values(what)) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.2f | %.0f | %.0f | %.0f |%n",
                    size,
                    results.median(what, size, "init ms"),
                    results.median(what, size, "load ms"),
                    results.median(what, size, "ns for a request"),
                    results.median(what, size, "resident MiB"),
                    results.median(what, size, "threads"));
        }
    }
}

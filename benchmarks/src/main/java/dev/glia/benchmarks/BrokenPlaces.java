package dev.glia.benchmarks;

import dev.glia.runtime.Execution;

import org.slf4j.Logger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Requests that log a record each, while the log location is healthy and while it is broken: in
 * turn, in one JVM. A request comes every 20 microseconds, a rate at which a healthy file loses no
 * record. What is measured is the time of the request and its record together.
 */
final class BrokenPlaces {
    private static final int REQUESTS = 2000;
    private static final int SLICES = 150;
    private static final int WARM_UP = 50;
    private static final long EACH_NANOS = 20_000;
    private static final String HEALTHY = "healthy file";

    private BrokenPlaces() {}

    static void measure() throws Exception {
        Path folder = Files.createTempDirectory("glia-places");
        Map<String, Path> places = places(folder);
        var log = new StandaloneLog();
        var machine = new GliaMachine();
        machine.start();
        Map<String, double[][]> nanos = new LinkedHashMap<>();
        places.keySet().forEach(name -> nanos.put(name, new double[2][SLICES]));
        try {
            Execution execution = machine.prepare(0);
            for (int slice = -WARM_UP; slice < SLICES; slice++) {
                for (var place : places.entrySet()) {
                    log.route(place.getValue());
                    long[] sorted = slice(execution, log.logger());
                    if (slice >= 0) {
                        double[][] figures = nanos.get(place.getKey());
                        figures[0][slice] = sorted[REQUESTS / 2];
                        figures[1][slice] = sorted[REQUESTS * 99 / 100];
                    }
                }
            }
        } finally {
            machine.stop();
        }
        print(nanos);
        System.exit(0); // a thread hangs in the pipe
    }

    private static Map<String, Path> places(Path folder) throws IOException, InterruptedException {
        Map<String, Path> places = new LinkedHashMap<>();
        places.put(HEALTHY, folder.resolve("healthy.log"));
        places.put(
                "full disk",
                Files.createSymbolicLink(folder.resolve("full"), Path.of("/dev/full")));
        Path file = Files.createFile(folder.resolve("no-folder"));
        places.put("a file where its folder was", file.resolve("x.log"));
        places.put("a folder in its place", Files.createDirectory(folder.resolve("folder.log")));
        Path pipe = folder.resolve("pipe");
        if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() != 0) {
            throw new IOException("no pipe can be made in " + folder);
        }
        places.put("pipe whose reader stopped", pipe);
        return places;
    }

    /** {@return the nanoseconds of each request, sorted} */
    private static long[] slice(Execution execution, Logger log) {
        var nanos = new long[REQUESTS];
        long next = System.nanoTime();
        for (int i = 0; i < REQUESTS; i++) {
            next += EACH_NANOS;
            while (System.nanoTime() - next < 0) {
                Thread.onSpinWait();
            }
            long start = System.nanoTime();
            execution.execute();
            log.info("request of model {} done on core {}", "resnet50", "nc1");
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static void print(Map<String, double[][]> nanos) {
        nanos.values().forEach(figures -> Arrays.stream(figures).forEach(Arrays::sort));
        double[][] healthy = nanos.get(HEALTHY);
        System.out.println();
        System.out.println("| place | ns, median | ns, p99 | p99, best slice | p99 / healthy |");
        System.out.println("|---|---|---|---|---|");
        nanos.forEach(
                (name, figures) ->
                        System.out.printf(
                                Locale.ROOT,
                                "| %s | %.0f | %.0f | %.0f | %.2f |%n",
                                name,
                                figures[0][SLICES / 2],
                                figures[1][SLICES / 2],
                                figures[1][0],
                                figures[1][SLICES / 2] / healthy[1][SLICES / 2]));
    }
}

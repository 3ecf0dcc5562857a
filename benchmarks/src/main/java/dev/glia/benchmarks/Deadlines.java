package dev.glia.benchmarks;

import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;

/**
 * How late NRT_TIMEOUT comes in a process that never had one: Glia in its container, log and all, a
 * thousand requests, and then one that hangs, five times. Beside each hang another thread sleeps
 * for the same second, and says how late it was woken.
 */
final class Deadlines {
    private static final int PROCESSES = 20;
    private static final int HANGS = 5;
    private static final int EVERY = 1000;
    private static final long LIMIT_NANOS = 1_000_000_000;

    private Deadlines() {}

    /** Measures in processes of their own. */
    static void measure() throws IOException, InterruptedException {
        var results = new Results("process", "hang", "ms late", "sleeper ms late");
        for (int process = 1; process <= PROCESSES; process++) {
            String line = FreshJvm.run(Deadlines.class);
            System.err.printf("process %d: %s%n", process, line);
            String[] late = line.split(" ");
            for (int hang = 1; hang <= HANGS; hang++) {
                results.add(process, hang, late[2 * hang - 2], late[2 * hang - 1]);
            }
        }
        print(results);
        results.save("deadlines");
    }

    private static void print(Results results) {
        System.out.printf(
                "%n| hang | ms late, median | ms late, max | sleeping thread, max |%n"
                        + "|---|---|---|---|%n");
        for (String hang : results.values("hang")) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %.1f | %.1f |%n",
                    hang,
                    results.median("hang", hang, "ms late"),
                    results.max("hang", hang, "ms late"),
                    results.max("hang", hang, "sleeper ms late"));
        }
    }

    /** Measures in this process, and prints how late each hang and each sleeper was. */
    public static void main(String... arguments)
            throws IOException, ExecutionException, InterruptedException {
        List<String> late = new ArrayList<>();
        try (var host =
                        new GliaHost(
                                Map.of(
                                        "GLIA_INSTANCE",
                                        "trn2.48xlarge",
                                        "NEURON_RT_NUM_CORES",
                                        "1",
                                        "NEURON_RT_EXEC_TIMEOUT",
                                        "1",
                                        "GLIA_EMULATE_FAULTS",
                                        "hang every=" + EVERY));
                Model model =
                        host.runtime()
                                .load(
                                        host.compile("one", Networks.doubled(1), "trn2"),
                                        LoadOptions.core(0));
                Execution execution = model.prepare()) {
            for (int hang = 0; hang < HANGS; hang++) {
                for (int request = 1; request < EVERY; request++) {
                    execution.execute();
                }
                var sleeper = new FutureTask<>(() -> late(Deadlines::sleep));
                Thread.ofPlatform().daemon().start(sleeper);
                late.add(late(() -> hang(execution)));
                late.add(sleeper.get());
            }
        }
        System.out.println(String.join(" ", late));
    }

    private static String late(Runnable call) {
        long start = System.nanoTime();
        call.run();
        return String.format(Locale.ROOT, "%.2f", (System.nanoTime() - start - LIMIT_NANOS) / 1e6);
    }

    private static void sleep() {
        long due = System.nanoTime() + LIMIT_NANOS;
        for (long left = LIMIT_NANOS; left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void hang(Execution execution) {
        try {
            execution.execute();
        } catch (NrtException timeout) {
            if (timeout.status() == NrtStatus.NRT_TIMEOUT) {
                return;
            }
            throw timeout;
        }
        throw new IllegalStateException("the request did not hang");
    }
}

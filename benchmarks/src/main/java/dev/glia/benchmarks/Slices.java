package dev.glia.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * All contestants in one JVM, in turn, each for a slice of less than a millisecond, thousands of
 * times. A slice that other work on the machine interrupts is far from the median, so the figures
 * hold on a busy machine, where those of fresh JVMs that run for seconds do not. What this cannot
 * see is how well each would be compiled on its own: for that there is {@link Requests}.
 */
final class Slices {
    private static final int SLICES = 4000;
    private static final int REQUESTS = 300;
    private static final int WARM_UP = 20_000;
    private static final int AFTER_CHANGE = 20;

    private Slices() {}

    /** A loop of its own for each, so that the compiler sees one kind of request in it. */
    private interface Contestant {
        void run(int requests) throws Exception;
    }

    static void measure() throws Exception {
        var machine = new GliaMachine();
        machine.start();
        try {
            print(measure(contestants(machine)));
        } finally {
            machine.stop();
        }
    }

    private static Map<String, Contestant> contestants(GliaMachine machine) throws Exception {
        var bare = new BareCall();
        var java = new JavaCall();
        var binding = new Steps.Binding();
        binding.prepare();
        var engine = new Steps.Engine();
        engine.prepare();
        var steps = new Steps();
        var execution = machine.prepare(0);
        Map<String, Contestant> contestants = new LinkedHashMap<>();
        contestants.put(
                "bareCall",
                n -> {
                    for (int i = 0; i < n; i++) {
                        bare.run();
                    }
                });
        contestants.put(
                "binding",
                n -> {
                    for (int i = 0; i < n; i++) {
                        steps.binding(binding);
                    }
                });
        contestants.put(
                "invocation",
                n -> {
                    for (int i = 0; i < n; i++) {
                        steps.invocation(engine);
                    }
                });
        contestants.put(
                "lane",
                n -> {
                    for (int i = 0; i < n; i++) {
                        steps.lane(engine);
                    }
                });
        contestants.put(
                "glia",
                n -> {
                    for (int i = 0; i < n; i++) {
                        execution.execute();
                    }
                });
        contestants.put(
                "javaApi",
                n -> {
                    for (int i = 0; i < n; i++) {
                        java.run();
                    }
                });
        return contestants;
    }

    private static Map<String, double[]> measure(Map<String, Contestant> contestants)
            throws Exception {
        Map<String, double[]> nanos = new LinkedHashMap<>();
        for (var contestant : contestants.entrySet()) {
            contestant.getValue().run(WARM_UP);
            contestant.getValue().run(WARM_UP);
            nanos.put(contestant.getKey(), new double[SLICES]);
        }
        for (int slice = -SLICES / 4; slice < SLICES; slice++) {
            for (var contestant : contestants.entrySet()) {
                contestant.getValue().run(AFTER_CHANGE);
                long start = System.nanoTime();
                contestant.getValue().run(REQUESTS);
                double each = (double) (System.nanoTime() - start) / REQUESTS;
                if (slice >= 0) {
                    nanos.get(contestant.getKey())[slice] = each;
                }
            }
        }
        nanos.values().forEach(Arrays::sort);
        return nanos;
    }

    private static void print(Map<String, double[]> nanos) {
        System.out.println();
        System.out.println(
                "| SLICES | ns, median | ns, quarter | ns, min | median / bareCall | / javaApi |");
        System.out.println("|---|---|---|---|---|---|");
        double bare = nanos.get("bareCall")[SLICES / 2];
        double java = nanos.get("javaApi")[SLICES / 2];
        nanos.forEach(
                (name, sorted) ->
                        System.out.printf(
                                Locale.ROOT,
                                "| %s | %.0f | %.0f | %.0f | %.3f | %.3f |%n",
                                name,
                                sorted[SLICES / 2],
                                sorted[SLICES / 4],
                                sorted[0],
                                sorted[SLICES / 2] / bare,
                                sorted[SLICES / 2] / java));
    }
}

package dev.glia.benchmarks;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Measures suites and prints ratios: {@code [ROUNDS] SUITE...}. In each round every benchmark of a
 * suite runs in a fresh JVM, one after the other, and the ratios are taken within the round: a
 * machine that is faster now than a minute ago then moves both sides. The score of a JVM is the
 * median of its short iterations, so that a burst of other work on the machine does not count; and
 * their tenth percentile, for machines whose processors somebody else uses half of the time.
 */
public final class Main {

    /**
     * Of one JVM.
     *
     * @param nanos the median of its iterations
     * @param undisturbed the tenth percentile: what the median would be if nobody else had the
     *     other half of the processor core
     * @param bytes the median of what was allocated
     */
    private record Score(double nanos, double undisturbed, double bytes) {}

    /** What measures in one JVM. */
    private interface Measure {
        void run() throws Exception;
    }

    private static final Map<String, Measure> OTHERS =
            Map.of(
                    "slices", Slices::measure,
                    "cores", Cores::measure,
                    "neff", NeffLoad::measure,
                    "logs", Logs::measure,
                    "places", BrokenPlaces::measure,
                    "scale", Scale::measure,
                    "deadlines", Deadlines::measure,
                    "plots", Plots::draw);

    private Main() {}

    /**
     * Measures.
     *
     * @param arguments the number of rounds, 5 unless given, names of suites, {@code requests}
     *     unless given, and an ONNX file for the suites that measure a network
     */
    public static void main(String... arguments) throws Exception {
        int rounds = 5;
        List<Suite> suites = new ArrayList<>();
        for (String argument : arguments) {
            Measure other = OTHERS.get(argument);
            if (other != null) {
                other.run();
                return;
            }
            if (argument.equals("neff-models")) {
                NeffLoadModels.measure(List.of(arguments).subList(1, arguments.length));
                return;
            }
            if (argument.endsWith(".onnx")) {
                System.setProperty(Networks.FILE, Path.of(argument).toAbsolutePath().toString());
            } else if (argument.matches("[1-9][0-9]?")) {
                rounds = Integer.parseInt(argument);
            } else {
                suites.add(Suite.valueOf(argument.toUpperCase(Locale.ROOT)));
            }
        }
        for (Suite suite : suites.isEmpty() ? List.of(Suite.REQUESTS) : suites) {
            Map<String, List<Score>> scores = measure(suite, rounds);
            print(suite, scores);
            save(suite, scores);
        }
    }

    private static Map<String, List<Score>> measure(Suite suite, int rounds)
            throws RunnerException {
        Map<String, List<Score>> scores = new HashMap<>();
        for (int round = 0; round < rounds; round++) {
            System.err.printf("%s, round %d of %d:", suite, round + 1, rounds);
            // Every other round the other way round, so that nobody is always first.
            for (String benchmark :
                    round % 2 == 0 ? suite.benchmarks() : suite.benchmarks().reversed()) {
                Score score = run(suite, benchmark);
                System.err.printf(Locale.ROOT, "  %s %.0f ns", benchmark, score.nanos());
                scores.computeIfAbsent(benchmark, first -> new ArrayList<>()).add(score);
            }
            System.err.println();
        }
        return scores;
    }

    private static Score run(Suite suite, String benchmark) throws RunnerException {
        var options =
                new OptionsBuilder()
                        .include(suite.include(benchmark))
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true);
        Suite.parameters(benchmark).forEach(options::param);
        String network = System.getProperty(Networks.FILE);
        if (network != null) {
            options.jvmArgsPrepend("-D" + Networks.FILE + "=" + network);
        }
        RunResult result = new Runner(options.build()).runSingle();
        return new Score(
                result.getPrimaryResult().getStatistics().getPercentile(50),
                result.getPrimaryResult().getStatistics().getPercentile(10),
                result.getSecondaryResults()
                        .get("gc.alloc.rate.norm")
                        .getStatistics()
                        .getPercentile(50)); // the last iteration includes the end of the trial
    }

    /** Keeps what was measured for the plots. */
    private static void save(Suite suite, Map<String, List<Score>> scores) throws IOException {
        var results = new Results("benchmark", "round", "ns", "undisturbed", "bytes");
        for (String benchmark : suite.benchmarks()) {
            List<Score> rounds = scores.get(benchmark);
            for (int round = 0; round < rounds.size(); round++) {
                Score score = rounds.get(round);
                results.add(
                        benchmark, round + 1, score.nanos(), score.undisturbed(), score.bytes());
            }
        }
        results.save(suite.name().toLowerCase(Locale.ROOT));
    }

    private static void print(Suite suite, Map<String, List<Score>> scores) {
        System.out.println();
        System.out.println(
                "| "
                        + suite
                        + " | ns, median | ns, min | ns, max | undisturbed | bytes allocated |");
        System.out.println("|---|---|---|---|---|---|");
        for (String benchmark : suite.benchmarks()) {
            double[] nanos =
                    scores.get(benchmark).stream().mapToDouble(Score::nanos).sorted().toArray();
            double[] undisturbed =
                    scores.get(benchmark).stream()
                            .mapToDouble(Score::undisturbed)
                            .sorted()
                            .toArray();
            double[] bytes =
                    scores.get(benchmark).stream().mapToDouble(Score::bytes).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f | %.0f | %.0f | %.2f |%n",
                    benchmark,
                    median(nanos),
                    nanos[0],
                    nanos[nanos.length - 1],
                    median(undisturbed),
                    median(bytes));
        }
        System.out.println();
        System.out.println("| ratio | goal | median | min | max | undisturbed |");
        System.out.println("|---|---|---|---|---|---|");
        for (Suite.Ratio ratio : suite.ratios()) {
            List<Score> measured = scores.get(ratio.measured());
            List<Score> yardstick = scores.get(ratio.yardstick());
            double[] ratios = ratios(measured, yardstick, Score::nanos);
            System.out.printf(
                    Locale.ROOT,
                    "| %s / %s | %s | %.3f | %.3f | %.3f | %.3f |%n",
                    ratio.measured(),
                    ratio.yardstick(),
                    ratio.goal()
                            .map(goal -> String.format(Locale.ROOT, "at most %.4g", goal))
                            .orElse("-"),
                    median(ratios),
                    ratios[0],
                    ratios[ratios.length - 1],
                    median(ratios(measured, yardstick, Score::undisturbed)));
        }
    }

    private static double[] ratios(
            List<Score> measured, List<Score> yardstick, ToDoubleFunction<Score> of) {
        return IntStream.range(0, measured.size())
                .mapToDouble(
                        round ->
                                of.applyAsDouble(measured.get(round))
                                        / of.applyAsDouble(yardstick.get(round)))
                .sorted()
                .toArray();
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

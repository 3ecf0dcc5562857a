package dev.glia.benchmarks;

import java.util.List;
import java.util.Optional;

/** What is measured in one go, and what is compared. */
enum Suite {
    /** What Glia promises. */
    REQUESTS(
            Requests.class,
            List.of("glia", "javaApi", "bareCall"),
            List.of(
                    Ratio.withGoal("glia", "javaApi", 0.80),
                    Ratio.withGoal("glia", "bareCall", 1.10),
                    Ratio.of("javaApi", "bareCall"))),
    /** The same on two cores. */
    THREADS(
            Requests.class,
            List.of("gliaTwoCores", "javaApiTwoThreads", "bareCallTwoThreads"),
            List.of(
                    Ratio.of("gliaTwoCores", "javaApiTwoThreads"),
                    Ratio.of("gliaTwoCores", "bareCallTwoThreads"))),
    /** Queued requests. */
    QUEUE(
            Queue.class,
            List.of("oneInFlight", "threeInFlight"),
            List.of(Ratio.of("threeInFlight", "oneInFlight"))),
    /** Where the time of a request goes. */
    STEPS(
            Steps.class,
            List.of("binding", "invocation", "lane"),
            List.of(Ratio.of("invocation", "binding"), Ratio.of("lane", "invocation")));

    /**
     * A benchmark against another one.
     *
     * @param measured the benchmark
     * @param yardstick what its time is divided by
     * @param goal what the ratio should not exceed, if there is such a goal
     */
    record Ratio(String measured, String yardstick, Optional<Double> goal) {
        static Ratio of(String measured, String yardstick) {
            return new Ratio(measured, yardstick, Optional.empty());
        }

        static Ratio withGoal(String measured, String yardstick, double goal) {
            return new Ratio(measured, yardstick, Optional.of(goal));
        }
    }

    private final Class<?> code;
    private final List<String> benchmarks;
    private final List<Ratio> ratios;

    Suite(Class<?> code, List<String> benchmarks, List<Ratio> ratios) {
        this.code = code;
        this.benchmarks = benchmarks;
        this.ratios = ratios;
    }

    List<String> benchmarks() {
        return benchmarks;
    }

    List<Ratio> ratios() {
        return ratios;
    }

    /** {@return a regular expression for exactly this benchmark} */
    String include(String benchmark) {
        return "^" + code.getName().replace(".", "\\.") + "\\." + benchmark + "$";
    }
}

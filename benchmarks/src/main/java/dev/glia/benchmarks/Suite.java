package dev.glia.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    /** Requests on 1 to a million floats as applications write them, and DJL's predictor. */
    ORDINARY(
            Ordinary.class,
            List.of(
                    "glia floats=1",
                    "javaApi floats=1",
                    "djl floats=1",
                    "gliaCopied floats=1",
                    "glia floats=65536",
                    "javaApi floats=65536",
                    "djl floats=65536",
                    "gliaCopied floats=65536",
                    "glia floats=1048576",
                    "javaApi floats=1048576",
                    "djl floats=1048576",
                    "gliaCopied floats=1048576"),
            List.of(
                    Ratio.withGoal("glia floats=1", "javaApi floats=1", 0.4),
                    Ratio.withGoal("glia floats=65536", "javaApi floats=65536", 0.3),
                    Ratio.withGoal("glia floats=1048576", "javaApi floats=1048576", 0.25),
                    Ratio.withGoal("glia floats=1", "djl floats=1", 0.35),
                    Ratio.of("glia floats=65536", "djl floats=65536"),
                    Ratio.of("glia floats=1048576", "djl floats=1048576"),
                    Ratio.of("gliaCopied floats=1", "javaApi floats=1"),
                    Ratio.of("gliaCopied floats=65536", "javaApi floats=65536"),
                    Ratio.of("gliaCopied floats=1048576", "javaApi floats=1048576"))),
    /** A network of SqueezeNet's size. */
    NETWORK(
            Network.class,
            List.of("glia", "javaApi", "djl", "gliaTwoCores"),
            List.of(
                    Ratio.withGoal("glia", "javaApi", 1.02),
                    Ratio.withGoal("glia", "djl", 1.0),
                    Ratio.withGoal("gliaTwoCores", "glia", 1 / 0.9))),
    /** From a file to a model. */
    LOAD(
            ModelLoad.class,
            List.of(
                    "glia model=network",
                    "javaApi model=network",
                    "glia model=one-float",
                    "javaApi model=one-float"),
            List.of(
                    Ratio.withGoal("glia model=network", "javaApi model=network", 1.1),
                    Ratio.withGoal("glia model=one-float", "javaApi model=one-float", 1.1))),
    /** What asynchrony saves of the arithmetic: 95 % of 12.3 % and of 33.3 %. */
    OVERLAP(
            Overlap.class,
            List.of(
                    "synchronous host=280",
                    "inFlight host=280 depth=3",
                    "inFlight host=280 depth=8",
                    "synchronous host=1000",
                    "inFlight host=1000 depth=3",
                    "inFlight host=1000 depth=8"),
            List.of(
                    Ratio.withGoal(
                            "inFlight host=280 depth=3",
                            "synchronous host=280",
                            1 - 0.95 * 0.28 / 2.28),
                    Ratio.withGoal(
                            "inFlight host=1000 depth=3", "synchronous host=1000", 1 - 0.95 / 3),
                    Ratio.withGoal("inFlight host=280 depth=3", "inFlight host=280 depth=8", 1.01),
                    Ratio.withGoal(
                            "inFlight host=1000 depth=3", "inFlight host=1000 depth=8", 1.01))),
    /** Queued requests. */
    QUEUE(
            Queue.class,
            List.of("oneInFlight", "threeInFlight"),
            List.of(Ratio.of("threeInFlight", "oneInFlight"))),
    /** Calls that log to a file. */
    CALLS(
            LogCalls.class,
            List.of("glia", "log4j", "gliaTwoThreads", "log4jTwoThreads"),
            List.of(
                    Ratio.withGoal("glia", "log4j", 1.0),
                    Ratio.withGoal("gliaTwoThreads", "log4jTwoThreads", 1.0))),
    /** Where the time of a request goes. */
    STEPS(
            Steps.class,
            List.of("binding", "invocation", "lane"),
            List.of(Ratio.of("invocation", "binding"), Ratio.of("lane", "invocation")));

    /**
     * A benchmark, which is a method and the values of its parameters, against another one.
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
        return "^" + code.getName().replace(".", "\\.") + "\\." + benchmark.split(" ")[0] + "$";
    }

    /** {@return its parameters and their values} */
    static Map<String, String> parameters(String benchmark) {
        return Stream.of(benchmark.split(" "))
                .skip(1)
                .map(word -> word.split("=", 2))
                .collect(Collectors.toMap(word -> word[0], word -> word[1]));
    }
}

package dev.glia.driver.tck;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks a packaged driver. In a test of JUnit:
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> conforms() {
 *     return DriverKit.of(Path.of("target/acme1-driver-1.0.0.jar")).run().results().stream()
 *             .map(result -> dynamicTest(result.title(), result::require));
 * }
 * }</pre>
 *
 * <p>From the command line: {@link Main}. The bundle is installed in a framework of the kit, with a
 * machine and an engine of the kit; each check has a fresh copy of the driver, and ends what it
 * started.
 */
public final class DriverKit {
    private static final List<Check> ALL =
            Stream.of(
                            ManifestChecks.ALL,
                            ResolveChecks.ALL,
                            ServiceChecks.ALL,
                            FactChecks.ALL,
                            ContractChecks.ALL,
                            ConcurrencyChecks.ALL,
                            DrainChecks.ALL,
                            LifecycleChecks.ALL,
                            LeakChecks.ALL,
                            FaultChecks.ALL)
                    .flatMap(List::stream)
                    .toList();

    private final Subject subject;
    private Graphs graphs = Graphs.ONNX;
    private int rounds = 100;
    private Duration patience = Duration.ofSeconds(20);
    private Set<String> only = Set.of();

    private DriverKit(Subject subject) {
        this.subject = subject;
    }

    /**
     * Prepares to check a driver.
     *
     * @param jar its bundle, as it is shipped
     * @return the kit
     * @throws IllegalArgumentException when there is no such bundle
     */
    public static DriverKit of(Path jar) {
        return new DriverKit(Subject.of(jar));
    }

    /**
     * Gives the models of the checks in the form that the driver takes, when that is not ONNX.
     *
     * @param models the models
     * @return this kit
     */
    public DriverKit graphs(Graphs models) {
        graphs = models;
        return this;
    }

    /**
     * Sets how often a driver comes and goes in the checks of its life cycle.
     *
     * @param count how often, 100 unless set
     * @return this kit
     */
    public DriverKit rounds(int count) {
        rounds = count;
        return this;
    }

    /**
     * Sets how long the kit waits for what should happen at once, before it says that it hangs.
     *
     * @param limit how long, 20 seconds unless set
     * @return this kit
     */
    public DriverKit patience(Duration limit) {
        patience = limit;
        return this;
    }

    /**
     * Chooses checks.
     *
     * @param ids the names of checks, or of groups in lower case; all unless set
     * @return this kit
     * @throws IllegalArgumentException for a name that no check and no group has
     */
    public DriverKit only(String... ids) {
        for (String id : ids) {
            if (ALL.stream().noneMatch(check -> matches(check, Set.of(id)))) {
                throw new IllegalArgumentException("there is no check and no group " + id);
            }
        }
        only = Set.copyOf(Arrays.asList(ids));
        return this;
    }

    private static boolean matches(Check check, Set<String> ids) {
        return ids.contains(check.id())
                || ids.contains(check.group().name().toLowerCase(java.util.Locale.ROOT));
    }

    /** {@return the checks there are, and the requirement that each of them checks} */
    public static List<String> checks() {
        return ALL.stream().map(check -> check.id() + " " + check.requirement()).toList();
    }

    /**
     * Checks the driver.
     *
     * @return what was found
     */
    public Report run() {
        try (Surroundings surroundings = Surroundings.boot()) {
            return run(surroundings);
        }
    }

    Report run(Surroundings surroundings) {
        var results = new ArrayList<Result>();
        for (Check check : ALL) {
            if (only.isEmpty() || matches(check, only)) {
                results.add(run(check, surroundings));
            }
        }
        return new Report(
                subject.name(),
                subject.architectures().stream().collect(Collectors.joining(", ")),
                results);
    }

    private Result run(Check check, Surroundings surroundings) {
        long start = System.nanoTime();
        var trial = new Trial(surroundings, subject, graphs, rounds, patience);
        Throwable found = within("the check", () -> check.body().run(trial));
        Throwable left = within("giving everything back after the check", trial::close);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        Throwable problem = found == null ? left : found;
        return switch (problem) {
            case null -> result(check, Result.Outcome.PASS, "", took);
            case Check.NotApplicable why ->
                    result(check, Result.Outcome.SKIP, why.getMessage(), took);
            case AssertionError failure ->
                    result(check, Result.Outcome.FAIL, failure.getMessage(), took);
            default -> result(check, Result.Outcome.FAIL, unexpected(problem), took);
        };
    }

    private static Result result(Check check, Result.Outcome outcome, String why, Duration took) {
        return new Result(
                check.group(),
                check.id(),
                check.requirement(),
                check.text(),
                outcome,
                String.valueOf(why),
                took);
    }

    private static String unexpected(Throwable problem) {
        return Stream.concat(
                        Stream.of(String.valueOf(problem)),
                        Stream.of(problem.getStackTrace()).limit(6).map(at -> "  at " + at))
                .collect(Collectors.joining("\n"));
    }

    /** Something that a driver may never let end. */
    private interface Step {
        void run() throws Exception;
    }

    /** {@return what it threw, or that it did not end; null when all is well} */
    private Throwable within(String what, Step step) {
        var thrown = new AtomicReference<Throwable>();
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .name(Trial.THREADS + "check")
                        .start(
                                () -> {
                                    try {
                                        step.run();
                                    } catch (Throwable failure) {
                                        thrown.set(failure);
                                    }
                                });
        try {
            // Each step of a check waits for as long as the kit is patient.
            thread.join(patience.multipliedBy(3));
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            String where =
                    Stream.of(thread.getStackTrace())
                            .limit(8)
                            .map(at -> "\n  at " + at)
                            .collect(Collectors.joining());
            return new AssertionError(what + " did not end; it is here:" + where);
        }
        return thrown.get();
    }
}

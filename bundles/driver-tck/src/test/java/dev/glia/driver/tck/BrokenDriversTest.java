package dev.glia.driver.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.driver.tck.broken.Fault;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Every check can fail: for each there is a driver that is wrong in what it looks at. */
class BrokenDriversTest {
    /** Long for what a broken driver never does, and short for whoever waits for it. */
    private static final Duration PATIENCE = Duration.ofMillis(700);

    private static Surroundings surroundings;

    @TempDir Path folder;

    @BeforeAll
    static void boot() {
        surroundings = Surroundings.boot();
    }

    @AfterAll
    static void stop() {
        surroundings.close();
    }

    @BeforeEach
    void forgetTheLastDriver() {
        System.getProperties()
                .keySet()
                .removeIf(name -> name instanceof String text && text.startsWith("broken."));
    }

    @Test
    void theDriverWithoutAFaultPassesEverything() throws IOException {
        Report report =
                DriverKit.of(BrokenBundle.write(folder, Fault.NONE)).rounds(20).run(surroundings);

        assertThat(report.results())
                .allSatisfy(
                        result ->
                                assertThat(result.outcome())
                                        .as(result.title() + "\n" + result.reason())
                                        .isEqualTo(Result.Outcome.PASS));
        assertThat(report.results()).hasSize(DriverKit.checks().size());
        assertThat(report.passed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void theFaultIsSeen(Fault fault) throws IOException {
        Report report =
                DriverKit.of(BrokenBundle.write(folder, fault))
                        .only(fault.check())
                        .rounds(20)
                        .patience(PATIENCE)
                        .run(surroundings);

        Result result = report.results().getFirst();
        assertThat(result.outcome()).as(result.title()).isEqualTo(Result.Outcome.FAIL);
        assertThat(result.reason()).isNotBlank();
        assertThat(report.passed()).isFalse();
    }

    @Test
    void noCheckIsWithoutAFault() {
        Set<String> seen =
                Arrays.stream(Fault.values()).map(Fault::check).collect(Collectors.toSet());

        assertThat(DriverKit.checks())
                .hasSizeGreaterThanOrEqualTo(60)
                .allMatch(check -> seen.contains(check.split(" ")[0]));
    }
}

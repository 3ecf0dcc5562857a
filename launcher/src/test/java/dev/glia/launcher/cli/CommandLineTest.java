package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

class CommandLineTest {
    private final PrintStream realErr = System.err;
    private final PrintStream realOut = System.out;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void release() {
        System.setErr(realErr);
        System.setOut(realOut);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bogus",
                "neff",
                "run --bogus",
                "run --repeat 0",
                "run --repeat x",
                "run a b",
                "run --cores x",
                "compile model.onnx",
                "compile --arch trn1",
                "neff show",
                "neff unpack x",
                "neff diff x",
                "hold --for -1",
                "hold --for NaN",
                "bench",
                "bench x --depth -1",
                "bench x --seconds 0",
                "ls --instance",
                "ls --watch 0",
                "ls --watch soon",
                "why",
                "why nc",
                "why nc3-1",
                "why nc99999999999",
                "why 0,1",
                "instance",
                "instance rm",
                "drivers --pid x",
                "drivers swap",
                "drivers swap a.jar b.jar",
                "drivers rollback trn1 trn2",
                "drivers bogus"
            })
    void wrongUsageIsTwoWithOneLineThatHelps(String line) {
        int code = execute(line.split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).strip())
                .startsWith("NRT_INVALID (2): ")
                .contains("--help")
                .doesNotContain("\n");
        assertThat(out.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "run --help",
                "compile --help",
                "neff --help",
                "neff show --help",
                "neff verify --help",
                "neff unpack --help",
                "neff diff --help",
                "ls --help",
                "config --help",
                "hold --help",
                "bench --help",
                "--version"
            })
    void helpNeedsNoFrameworkAndGoesToStandardOutput(String line) {
        assertThat(execute(line.split(" "))).isZero();
        assertThat(out.size()).isPositive();
        assertThat(err.size()).isZero();
    }

    @Test
    void nothingAtAllShowsTheCommandsAndCountsAsWrongUsage() {
        assertThat(execute()).isEqualTo(2);
        String shown = err.toString(StandardCharsets.UTF_8).strip();
        assertThat(shown)
                .contains(
                        "run",
                        "compile",
                        "neff",
                        "ls",
                        "why",
                        "instance",
                        "config",
                        "hold",
                        "bench");
        assertThat(shown.lines().toList().getLast()).startsWith("NRT_INVALID (2): ");
        assertThat(out.size()).isZero();
    }

    @Test
    void theStatusIsTheExitCodeWhenItFits() {
        assertThat(
                        Failures.report(
                                new NrtException(NrtStatus.NRT_RESOURCE, "no core;\n  see glia ls"),
                                false))
                .isEqualTo(4);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("NRT_RESOURCE (4): no core; see glia ls\n");
        assertThat(Failures.exitCode(NrtStatus.NRT_EXEC_UNIT_UNRECOVERABLE)).isEqualTo(101);
        assertThat(Failures.exitCode(NrtStatus.NRT_EXEC_NC_BUSY)).isEqualTo(70);
    }

    /** Whatever a file put into it, and whoever made it. */
    @Test
    void theLineIsOnlyShownAndHasAnEnd() {
        String evil = "\u001b[2J\u202e\ud800" + "x".repeat(900_000);
        for (boolean stacktrace : List.of(false, true)) {
            Failures.report(
                    new NrtException(NrtStatus.NRT_INVALID, evil + "; do this"), stacktrace);
        }
        execute("run", evil, "b");
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(2100))
                .allSatisfy(line -> assertThat(line).matches("[\\t\\x20-\\x7e]*"))
                .filteredOn(line -> line.startsWith("NRT_INVALID (2): "))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).contains("\\u001b[2J\\u202e", "[...]"))
                .allSatisfy(line -> assertThat(line).containsAnyOf("; do this", "--help"));
    }

    @Test
    void showsAStackTraceOnlyOnRequestAndTheStatusLast() {
        Failures.report(new IllegalStateException("odd"), true);
        String shown = err.toString(StandardCharsets.UTF_8);
        assertThat(shown).contains("\tat dev.glia");
        assertThat(shown.strip().lines().toList().getLast())
                .startsWith("NRT_FAILURE (1): java.lang.IllegalStateException: odd");
    }

    @Test
    void theOptionOfTheCommandShowsTheStackTrace() {
        int code = execute("compile", "/no/such.onnx", "--arch", "trn1", "--stacktrace");
        assertThat(code).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("\tat dev.glia", "no readable file /no/such.onnx");
        err.reset();
        execute("compile", "/no/such.onnx", "--arch", "trn1");
        assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("\tat ");
    }

    @Test
    void tellsMillisecondsWithFourDigits() {
        assertThat(Latencies.millis(1234567)).hasToString("1.2346");
        assertThat(Latencies.millis(3000000)).hasToString("3");
    }

    @Test
    void tellsPercentilesByNearestRank() {
        Latencies latencies = new Latencies();
        for (int i = 2000; i >= 1; i--) {
            latencies.add(i);
        }
        assertThat(latencies.percentile(0.5)).isEqualTo(1000);
        assertThat(latencies.percentile(0.99)).isEqualTo(1980);
        assertThat(latencies.percentile(0)).isEqualTo(1);
        assertThat(latencies.percentile(1)).isEqualTo(2000);
        assertThat(latencies.mean()).isEqualTo(1000.5);
        assertThat(latencies.count()).isEqualTo(2000);
    }

    @Test
    void alignsTables() {
        assertThat(new Table().row("A", "LONG").row("xyz", 1)).hasToString("A    LONG\nxyz  1\n");
        assertThat(new Table().row("a\u001b[2J")).hasToString("a\\u001b[2J\n");
    }

    private static int execute(String... args) {
        return Main.commandLine(args).execute(args);
    }
}

package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.control.ControlFolder;
import dev.glia.control.Line;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

@Timeout(60)
class DriversCommandTest {
    private static final long PID = ProcessHandle.current().pid();

    @TempDir Path state;

    private final PrintStream realErr = System.err;
    private final PrintStream realOut = System.out;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Queue<Map<String, Object>> requests = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void capture() {
        System.setProperty("GLIA_STATE_DIR", state.toString());
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void release() {
        System.clearProperty("GLIA_STATE_DIR");
        System.setErr(realErr);
        System.setOut(realOut);
    }

    @Test
    void withoutARuntimeItSaysHowToStartOne() throws IOException {
        Path jar = Files.createFile(state.resolve("driver.jar"));

        assertThat(execute("drivers")).isZero();
        assertThat(err()).contains("\"glia hold\" starts one");
        assertThat(execute("drivers", "--json")).isZero();
        assertThat(out()).endsWith("{\"runtimes\":[]}\n");
        assertThat(execute("drivers", "swap", jar.toString())).isEqualTo(13);
        assertThat(err()).contains("NRT_UNINITIALIZED (13)").contains("glia hold");
        assertThat(execute("drivers", "--pid", "1")).isEqualTo(2);
        assertThat(err()).contains("process 1 has no initialised runtime");
        assertThat(state.resolve("control")).doesNotExist();
    }

    @Test
    void listsWhatARuntimeTells() throws IOException {
        Map<String, Object> driver =
                Map.of(
                        "arch",
                        "trn1",
                        "role",
                        "refused",
                        "bundle",
                        "evil\u001b[2J",
                        "version",
                        "1.0.0",
                        "leases",
                        3,
                        "models",
                        2,
                        "since",
                        "2026-01-01T00:00:00Z",
                        "reason",
                        "it\nthrew");
        Map<String, Object> answer =
                Map.of(
                        "ok",
                        true,
                        "instance",
                        "trn1.2xlarge",
                        "emulated",
                        true,
                        "cores",
                        List.of(6, 7),
                        "drivers",
                        List.of(driver),
                        "previous",
                        Map.of("trn1", "x 1"));
        try (var socket = new ControlFolder(state).listen()) {
            answering(socket, answer);

            assertThat(execute("drivers")).isZero();
        }

        assertThat(out())
                .contains("process " + PID + "  trn1.2xlarge (emulated)  NeuronCores 6,7\n")
                .containsPattern(
                        "trn1 +evil\\?\\[2J 1.0.0 +refused +3 +2 +\\d+d \\d+h +it\\?threw\n")
                .contains("\"glia drivers rollback trn1\" brings x 1 back\n");
        assertThat(requests).containsExactly(Map.of("do", "drivers"));
    }

    @Test
    void aSwapSaysWhatHappened() throws IOException {
        Path jar = Files.createFile(state.resolve("driver.jar"));
        String pin = "SHA-256;" + "a".repeat(64);
        Map<String, Object> answer =
                Map.of(
                        "ok",
                        true,
                        "archs",
                        List.of("trn1"),
                        "before",
                        "d 1",
                        "now",
                        "d 2",
                        "serving",
                        true,
                        "took_ms",
                        12.4);
        try (var socket = new ControlFolder(state).listen()) {
            answering(socket, answer);

            assertThat(execute("drivers", "swap", jar + "#" + pin)).isZero();
            assertThat(execute("drivers", "rollback", "trn1", "--json")).isZero();
        }

        assertThat(out())
                .contains("process " + PID + ": d 2 took the place of d 1 for trn1 in 12 ms\n")
                .contains("\"pid\":" + PID)
                .doesNotContain("\"ok\"");
        assertThat(requests)
                .containsExactly(
                        Map.of("do", "swap", "file", jar.toString(), "pin", pin),
                        Map.of("do", "rollback", "arch", "trn1"));
    }

    @Test
    void aRefusalHasItsStatusAndReason() throws IOException {
        Path jar = Files.createFile(state.resolve("driver.jar"));
        Map<String, Object> answer =
                Map.of(
                        "ok",
                        false,
                        "status",
                        "NRT_HW_ERROR",
                        "status_code",
                        6,
                        "reason",
                        "the core does not answer");
        try (var socket = new ControlFolder(state).listen()) {
            answering(socket, answer);

            assertThat(execute("drivers", "swap", jar.toString())).isEqualTo(6);
        }
        assertThat(err())
                .isEqualTo("NRT_HW_ERROR (6): process " + PID + ": the core does not answer\n");
    }

    @Test
    void ofSeveralOneMustBeChosen() throws IOException {
        Path jar = Files.createFile(state.resolve("driver.jar"));
        var folder = new ControlFolder(state);
        try (var _ = folder.listen();
                var _ = folder.listen()) {
            assertThat(execute("drivers", "swap", jar.toString())).isEqualTo(2);
            assertThat(err())
                    .contains("process " + PID + " has several runtimes; close all but one");
        }
        assertThat(execute("drivers", "swap", state + "/none.jar")).isEqualTo(2);
        assertThat(err()).contains("there is no file " + state + "/none.jar");
    }

    private void answering(ControlFolder.Listener socket, Map<String, Object> answer) {
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            while (true) {
                                try (SocketChannel client = socket.channel().accept()) {
                                    requests.add(
                                            new Line(client, Line.REQUEST).read().orElseThrow());
                                    Line.write(client, answer);
                                } catch (IOException closed) {
                                    return;
                                }
                            }
                        });
    }

    private static int execute(String... args) {
        return Main.commandLine(args).execute(args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}

package dev.glia.log.syslog.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

@EnabledOnOs(OS.LINUX)
class SyslogSinkTest {
    @TempDir Path folder;

    private Path socket;
    private final List<String> told = new ArrayList<>();
    private SyslogSink sink;

    @BeforeEach
    void open() {
        socket = folder.resolve("log");
        sink = new SyslogSink(new LocalDaemon(socket, told::add));
    }

    @AfterEach
    void close() {
        sink.close();
    }

    private static LogRecord record(LogLevel level, String line) {
        Instant time =
                LocalDateTime.of(2026, 3, 7, 4, 5, 6).atZone(ZoneId.systemDefault()).toInstant();
        return new LogRecord(time, 4711, 2, level, LogComponent.NRT, "f", line, line, "syslog");
    }

    @ParameterizedTest
    @CsvSource({"ERROR,11", "WARN,12", "INFO,14", "DEBUG,15", "TRACE,15"})
    void aRecordIsAMessageOfRfc3164(LogLevel level, int priority) throws Throwable {
        try (var daemon = new FakeDaemon(socket)) {
            sink.write(record(level, "the line ✓"));
            assertThat(daemon.receive())
                    .isEqualTo("<" + priority + ">Mar  7 04:05:06 glia[4711]: the line ✓");
        }
    }

    /** The number of a closed socket is soon another one's. */
    @Test
    void aSocketIsClosedOnce() throws Throwable {
        try (var daemon = new FakeDaemon(socket)) {
            LocalSocket first = LocalSocket.connect(socket);
            first.close();
            try (LocalSocket second = LocalSocket.connect(socket)) {
                first.close();
                second.send("still open".getBytes(StandardCharsets.UTF_8));
                assertThat(daemon.receive()).isEqualTo("still open");
            }
        }
    }

    @Test
    void aHostWithoutADaemonIsToldOnceAndNoError() throws IOException {
        sink.write(record(LogLevel.INFO, "x"));
        sink.write(record(LogLevel.INFO, "y"));
        assertThat(told)
                .containsExactly(
                        "no syslog daemon listens at "
                                + socket
                                + "; the records of syslog are dropped until one does");
        Files.createFile(socket);
        var other = new SyslogSink(new LocalDaemon(socket, told::add));
        assertThatCode(() -> other.write(record(LogLevel.INFO, "x"))).doesNotThrowAnyException();
        assertThat(told).hasSize(2);
    }

    @Test
    void aDaemonThatWasRestartedIsFoundAgain() throws Throwable {
        try (var daemon = new FakeDaemon(socket)) {
            sink.write(record(LogLevel.INFO, "one"));
            assertThat(daemon.receive()).endsWith("one");
        }
        assertThatIOException()
                .isThrownBy(() -> sink.write(record(LogLevel.INFO, "nobody")))
                .withMessageContaining(socket.toString());
        try (var daemon = new FakeDaemon(socket)) {
            sink.write(record(LogLevel.INFO, "two"));
            assertThat(daemon.receive()).endsWith("two");
        }
        try (var daemon = new FakeDaemon(socket)) {
            sink.write(record(LogLevel.INFO, "three"));
            assertThat(daemon.receive()).endsWith("three");
        }
    }

    @Test
    void aDaemonThatDoesNotKeepUpIsAnErrorAndNotAWait() throws Throwable {
        try (var daemon = new FakeDaemon(socket)) {
            int[] sent = {0};
            assertThatIOException()
                    .isThrownBy(
                            () -> {
                                for (; sent[0] < 100_000; sent[0]++) {
                                    sink.write(record(LogLevel.INFO, "m" + sent[0]));
                                }
                            })
                    .withMessageContaining("is full");
            assertThat(daemon.receive()).endsWith("m0");
            sink.write(record(LogLevel.INFO, "room again"));
            for (int i = 1; i < sent[0]; i++) {
                assertThat(daemon.receive()).endsWith("m" + i);
            }
            assertThat(daemon.receive()).endsWith("room again");
        }
    }

    @Test
    void aLongRecordIsSeveralMessagesThatCutNoCharacter() {
        String line = "é✓😀".repeat(5_000);
        var datagrams = SyslogFormat.rfc3164(record(LogLevel.INFO, line));
        assertThat(datagrams)
                .hasSizeGreaterThan(1)
                .allSatisfy(
                        datagram ->
                                assertThat(datagram)
                                        .hasSizeLessThanOrEqualTo(SyslogFormat.LARGEST));
        assertThat(
                        datagrams.stream()
                                .map(
                                        datagram ->
                                                new String(datagram, StandardCharsets.UTF_8)
                                                        .split(": ", 2)[1])
                                .collect(Collectors.joining()))
                .isEqualTo(line);
    }

    @Test
    void anEmptyLineIsAMessageAsWell() {
        assertThat(SyslogFormat.rfc3164(record(LogLevel.INFO, ""))).hasSize(1);
    }

    @Test
    void aPathThatIsTooLongIsNamed() throws IOException {
        Path deep = Files.createDirectories(folder.resolve("x".repeat(120))).resolve("log");
        Files.createFile(deep);
        assertThatIOException()
                .isThrownBy(
                        () ->
                                new SyslogSink(new LocalDaemon(deep, told::add))
                                        .write(record(LogLevel.INFO, "x")))
                .withMessageContaining("too long");
    }
}

package dev.glia.log.console.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.glia.log.LogComponent;
import dev.glia.log.LogFormat;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

class ConsoleSinkTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ByteArrayOutputStream descriptor = new ByteArrayOutputStream();

    private static LogRecord record(LogLevel level, String line) {
        return new LogRecord(
                Instant.EPOCH, 1, 2, level, LogComponent.NRT, "f", line, line, "console");
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aRecordIsALineOfUtf8() throws IOException {
        var sink =
                new ConsoleSink(
                        new PrintStream(bytes, true, StandardCharsets.ISO_8859_1),
                        descriptor,
                        false,
                        LogFormat.LINE);
        sink.write(record(LogLevel.ERROR, "first ✓"));
        sink.write(record(LogLevel.INFO, "second\n    at x"));
        assertThat(text()).isEqualTo("first ✓\nsecond\n    at x\n");
        assertThat(descriptor.size()).isZero();
    }

    @Test
    void coloursAreForTerminals() throws IOException {
        var sink = new ConsoleSink(new PrintStream(bytes), descriptor, true, LogFormat.LINE);
        sink.write(record(LogLevel.ERROR, "e"));
        sink.write(record(LogLevel.WARN, "w"));
        sink.write(record(LogLevel.INFO, "i"));
        assertThat(text()).isEqualTo("\u001b[31me\u001b[0m\n\u001b[33mw\u001b[0m\ni\n");
    }

    @Test
    void aRecordIsOneWrite() throws IOException {
        var writes = new AtomicInteger();
        var counting =
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        writes.addAndGet(1000);
                    }

                    @Override
                    public void write(byte[] all, int from, int length) {
                        writes.incrementAndGet();
                    }
                };
        new ConsoleSink(new PrintStream(counting), descriptor, true, LogFormat.LINE)
                .write(record(LogLevel.ERROR, "x".repeat(100_000)));
        assertThat(writes).hasValue(1);
    }

    @Test
    void aBrokenStreamIsAnErrorOnceAndTheDescriptorTakesOver() throws IOException {
        var sink =
                new ConsoleSink(
                        new PrintStream(
                                new OutputStream() {
                                    @Override
                                    public void write(int b) throws IOException {
                                        throw new IOException("No space left on device");
                                    }
                                }),
                        descriptor,
                        false,
                        LogFormat.LINE);
        assertThatIOException().isThrownBy(() -> sink.write(record(LogLevel.ERROR, "lost")));
        sink.write(record(LogLevel.ERROR, "kept"));
        assertThat(descriptor.toString(StandardCharsets.UTF_8)).isEqualTo("kept\n");
    }

    @Test
    void standardOutputIsNeverTouched() throws IOException {
        PrintStream out = System.out;
        PrintStream err = System.err;
        var other = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(other));
            System.setErr(new PrintStream(bytes));
            new ConsoleSink(config(), null).write(record(LogLevel.INFO, "x"));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        assertThat(text()).isEqualTo("x\n");
        assertThat(other.size()).isZero();
    }

    @Test
    void jsonHasNoColours() throws IOException {
        var sink = new ConsoleSink(new PrintStream(bytes), descriptor, true, LogFormat.JSON);
        sink.write(record(LogLevel.ERROR, "e"));
        assertThat(text()).startsWith("{\"time\":").endsWith("\"message\":\"e\"}\n");
    }

    private static ConsoleSink.Config config() {
        return new ConsoleSink.Config() {
            @Override
            public String format() {
                return "unknown";
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return ConsoleSink.Config.class;
            }
        };
    }
}

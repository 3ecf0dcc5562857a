package dev.glia.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

class RecordsTest {

    private static LogRecord record(String message, Throwable failure) {
        Draft draft = Draft.begin(LogLevel.ERROR, LogComponent.NRT, "nrt_init");
        try {
            return draft.message(message).failure(failure).finish("");
        } finally {
            draft.release();
        }
    }

    @Test
    void aLineHasTheDocumentedColumns() {
        var time =
                LocalDateTime.of(2023, 1, 9, 20, 27, 41, 59_300_999)
                        .atZone(ZoneId.systemDefault())
                        .toInstant();
        var record =
                Records.of(
                        time.getEpochSecond(),
                        time.getNano(),
                        15042,
                        15043,
                        LogLevel.INFO,
                        LogComponent.NRT,
                        "nrt_infodump",
                        "Neuron runtime information",
                        "");
        assertThat(record.line())
                .isEqualTo(
                        "2023-Jan-09 20:27:41.059300 15042:15043  INFO   NRT:nrt_infodump                            "
                                + "Neuron runtime information");
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,ERROR,TDRV,f,0",
        "99999,99999,WARN,NMGR,exec_consume_infer_status_notifications,1704067199999999000",
        "1234567,7654321,DEBUG,HAL,a_name_that_is_exactly_forty_characters_,1709164800000001000",
        "12,345,TRACE,NEFF,a_name_that_is_longer_than_forty_characters_,951782400123456789",
        "12,345,INFO,NRT,f,1790000000000000999"
    })
    void aLineIsWhatTheFormatSays(
            long pid,
            long tid,
            LogLevel level,
            LogComponent component,
            String function,
            long nanos) {
        var time = Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
        var date =
                DateTimeFormatter.ofPattern("yyyy-MMM-dd HH:mm:ss.SSSSSS", Locale.ENGLISH)
                        .format(time.atZone(ZoneId.systemDefault()));
        assertThat(
                        Records.of(
                                        time.getEpochSecond(),
                                        time.getNano(),
                                        pid,
                                        tid,
                                        level,
                                        component,
                                        function,
                                        "text",
                                        "")
                                .line())
                .isEqualTo(
                        "%s %5d:%-5d %5s %5s:%-40s%s"
                                .formatted(date, pid, tid, level, component, function, "text"));
    }

    @Test
    void aRecordNamesItsProcessAndThread() throws InterruptedException {
        var here = Records.now(LogLevel.INFO, LogComponent.NRT, "f", "m", "");
        assertThat(here.pid()).isEqualTo(ProcessHandle.current().pid());
        var other = new LogRecord[2];
        Thread.ofPlatform()
                .start(() -> other[0] = Records.now(LogLevel.INFO, LogComponent.NRT, "f", "m", ""))
                .join();
        Thread virtual =
                Thread.ofVirtual()
                        .start(
                                () ->
                                        other[1] =
                                                Records.now(
                                                        LogLevel.INFO,
                                                        LogComponent.NRT,
                                                        "f",
                                                        "m",
                                                        ""));
        virtual.join();
        assertThat(other[0].tid()).isNotEqualTo(here.tid()).isPositive();
        assertThat(other[1].tid()).isEqualTo(virtual.threadId());
    }

    @ParameterizedTest
    @CsvSource({
        "'plain text, ü ✓',",
        "'\r','\\r'",
        "'a\nb','a\\nb'",
        "'\t','\\t'",
        "'\u001b[2J','\\x1b[2J'",
        "'\u0000','\\x00'",
        "'\u007f','\\x7f'",
        "'\u009b31m','\\x9b31m'",
        "'\u2028','\\u2028'",
        "'a\u202eb\u2066c\u200fd','a\\u202eb\\u2066c\\u200fd'",
        "'\ufeff\u00ad','\\ufeff\\xad'",
        "'\ud800x','\\ud800x'",
        "'\udb40\udc01','\\udb40\\udc01'",
        "'\ud83d\ude00 \u4f60\u597d',",
        "'\\n','\\n'"
    })
    void controlCharactersAreEscaped(String text, String escaped) {
        assertThat(record(text, null).message()).isEqualTo(escaped == null ? text : escaped);
        assertThat(record(text, null).line()).doesNotContain("\n", "\r", "\u001b");
    }

    /** A second time happens to what is diverted. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "\u001b", "\u00fc", "\ud83d\ude00"})
    void aTextThatIsTooLongIsCutOnceAndTheRestCounted(String piece) {
        String text = piece.repeat(900_000 / piece.length());
        LogRecord once = record(text, new IllegalStateException(text));
        assertThat(once.message().lines().toList().subList(0, 2))
                .allSatisfy(
                        line ->
                                assertThat(line)
                                        .hasSizeLessThan(16_500)
                                        .matches(".*\\.\\.\\. \\[8\\d{5} more characters]"));
        assertThat(Draft.of(once).finish("").message()).isEqualTo(once.message());
        String all = "x".repeat(16_384);
        assertThat(record(all, null).message()).isEqualTo(all);
    }

    @Test
    void aFailureFollowsLineByLineAndCannotFakeARecord() {
        var cause = new IllegalStateException("disk\n2026-Jan-01 00:00:00 faked\u001b[0m");
        var failure = new RuntimeException("outer", cause);
        failure.addSuppressed(new RuntimeException("aside"));
        cause.initCause(failure);
        var lines = record("Failed", failure).line().lines().toList();
        assertThat(lines.getFirst()).endsWith("Failed");
        assertThat(lines.get(1)).isEqualTo("java.lang.RuntimeException: outer");
        assertThat(lines.get(2)).startsWith("    at dev.glia.log.internal.RecordsTest.");
        assertThat(lines)
                .contains(
                        "Caused by: java.lang.IllegalStateException: disk\\n2026-Jan-01 00:00:00 faked\\x1b[0m")
                .contains("    Suppressed: java.lang.RuntimeException: aside")
                .contains("Caused by: [as above: java.lang.RuntimeException]");
        assertThat(lines.subList(1, lines.size())).noneMatch(line -> line.startsWith("2026-"));
    }

    @Test
    void aHostileFailureIsSurvived() {
        var hostile =
                new RuntimeException() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public String getMessage() {
                        throw new IllegalStateException();
                    }

                    @Override
                    public synchronized Throwable getCause() {
                        throw new IllegalStateException();
                    }
                };
        assertThat(record("m", hostile).message())
                .contains(hostile.getClass().getName(), "cannot be read");
        Throwable chain = new RuntimeException("last");
        for (int i = 0; i < 50_000; i++) {
            chain = new RuntimeException("m", chain);
        }
        assertThat(record("m", chain).message()).contains("[more failures]");
    }
}

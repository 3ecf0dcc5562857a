package dev.glia.log.file.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.log.LogFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

@Timeout(60)
class RotationTest {
    @TempDir Path folder;

    private FileSink sink(long size, ChronoUnit every, int keep, boolean gzip) {
        return new FileSink(LogFormat.LINE, new Rotation(size, every), new Archive(keep, gzip));
    }

    private static void write(FileSink sink, Path file, String line) throws IOException {
        sink.write(WriterProcess.record(file.toString(), line));
    }

    private List<Path> aside(Path file) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(each -> !each.equals(file)).sorted().toList();
        }
    }

    private static String text(Path file) {
        try {
            if (!file.toString().endsWith(".gz")) {
                return Files.readString(file);
            }
            try (var in = new GZIPInputStream(Files.newInputStream(file))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    @Test
    void noRecordIsCutAndNoFileIsLargerThanItMayBe() throws IOException {
        Path file = folder.resolve("a.log");
        var sink = sink(10, null, -1, false);
        for (String line : List.of("1234", "1234", "x", "a line beyond the limit", "y")) {
            write(sink, file, line);
        }
        sink.close();
        assertThat(aside(file).stream().map(RotationTest::text))
                .containsExactly("1234\n1234\n", "x\n", "a line beyond the limit\n");
        assertThat(file).hasContent("y\n");
    }

    @Test
    void theNewestIsPlainOlderOnesAreCompressedAndTheOldestGo() throws IOException {
        Path file = folder.resolve("a.log");
        Path other = Files.writeString(folder.resolve("a.log.keep-me"), "other");
        var sink = sink(1, null, 3, true);
        for (int i = 0; i < 6; i++) {
            write(sink, file, "r" + i);
        }
        sink.close();
        assertThat(other).hasContent("other");
        Files.delete(other);
        var left = aside(file);
        assertThat(left.stream().map(RotationTest::text)).containsExactly("r2\n", "r3\n", "r4\n");
        assertThat(left.stream().map(each -> each.toString().endsWith(".gz")))
                .containsExactly(true, true, false);
    }

    @Test
    void aNewHourOrDayBeginsANewFile() throws IOException {
        Path file = folder.resolve("a.log");
        Instant noon =
                LocalDateTime.of(2026, 3, 7, 12, 0, 0).atZone(ZoneId.systemDefault()).toInstant();
        var sink = sink(0, ChronoUnit.HOURS, -1, false);
        sink.write(WriterProcess.record(file.toString(), "before", noon.minusSeconds(1)));
        Files.setLastModifiedTime(file, FileTime.from(noon.minusSeconds(1)));
        sink.write(WriterProcess.record(file.toString(), "still", noon.minusMillis(1)));
        Files.setLastModifiedTime(file, FileTime.from(noon.minusMillis(1)));
        sink.write(WriterProcess.record(file.toString(), "after", noon));
        sink.close();
        assertThat(aside(file).stream().map(RotationTest::text)).containsExactly("before\nstill\n");
        assertThat(file).hasContent("after\n");
    }

    @Test
    void processesThatShareAFileRotateItWithoutLosingARecord() throws Exception {
        Path file = folder.resolve("shared.log");
        int each = 300;
        var processes = new ArrayList<Process>();
        for (String name : List.of("a", "b", "c")) {
            processes.add(
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    WriterProcess.class.getName(),
                                    file.toString(),
                                    name,
                                    String.valueOf(each),
                                    "500000")
                            .inheritIO()
                            .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }
        var aside = aside(file);
        // How often is up to the scheduler: a process that does not get the lock writes on.
        assertThat(aside).isNotEmpty().noneMatch(f -> f.toString().endsWith(".part"));
        var lines =
                Stream.concat(aside.stream(), Stream.of(file))
                        .flatMap(each1 -> text(each1).lines())
                        .toList();
        assertThat(lines).hasSize(3 * each);
        for (String name : List.of("a", "b", "c")) {
            assertThat(
                            lines.stream()
                                    .filter(line -> line.startsWith(name))
                                    .map(line -> line.split(" ")[1]))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, each).mapToObj(String::valueOf).toList());
        }
    }

    /** Who writes on instead makes the file longer than it may be. */
    @Test
    void aProcessWaitsForTheOneThatHoldsTheFile() throws Exception {
        Path file = Files.writeString(folder.resolve("held.log"), "full\n");
        Process holder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                LockHolder.class.getName(),
                                file.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var says = holder.inputReader();
                var tell = holder.outputWriter();
                FileChannel open = FileChannel.open(file, StandardOpenOption.APPEND)) {
            assertThat(says.readLine()).isEqualTo("held");
            Runnable letGo =
                    () -> {
                        try {
                            tell.write("release\n");
                            tell.flush();
                            assertThat(says.readLine()).isEqualTo("released");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    };

            boolean rotated =
                    new Rotation(1, null).rotate(file, open, LogFile.identity(file), letGo);

            assertThat(rotated).isTrue();
            assertThat(aside(file)).hasSize(1);
            assertThat(file).doesNotExist();
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void jsonIsOneObjectOnALine() throws IOException {
        Path file = folder.resolve("a.jsonl");
        var sink = new FileSink(LogFormat.JSON, new Rotation(0, null), new Archive(7, true));
        write(sink, file, "a \"b\" \\ \n    at x ✓ \u0001 \ud800");
        sink.close();
        assertThat(Files.readString(file))
                .isEqualTo(
                        "{\"time\":\"1970-01-01T00:00:00Z\",\"pid\":1,\"tid\":2,\"level\":\"INFO\","
                                + "\"component\":\"NRT\",\"function\":\"f\","
                                + "\"message\":\"a \\\"b\\\" \\\\ \\n    at x ✓ \\u0001 \\ud800\"}\n");
    }
}

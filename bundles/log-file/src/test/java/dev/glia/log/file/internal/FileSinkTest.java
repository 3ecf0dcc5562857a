package dev.glia.log.file.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.glia.log.LogFormat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

class FileSinkTest {
    @TempDir Path folder;

    private final FileSink sink =
            new FileSink(LogFormat.LINE, new Rotation(0, null), new Archive(7, true));

    @AfterEach
    void close() {
        sink.close();
    }

    private void write(Path file, String line) throws IOException {
        sink.write(WriterProcess.record(file.toString(), line));
    }

    @Test
    void foldersAreCreatedAndFilesAppendedTo() throws IOException {
        Path file = folder.resolve("a/b c/tdrv.log");
        write(file, "one");
        sink.close();
        write(file, "two ✓\n    at x");
        assertThat(file).hasContent("one\ntwo ✓\n    at x\n");
    }

    @Test
    void everyPathIsAFileOfItsOwn() throws IOException {
        write(folder.resolve("a.log"), "a");
        write(folder.resolve("b.log"), "b");
        write(folder.resolve("a.log"), "c");
        assertThat(folder.resolve("a.log")).hasContent("a\nc\n");
        assertThat(folder.resolve("b.log")).hasContent("b\n");
    }

    @Test
    void aFileThatWasMovedOrDeletedIsStartedAgain() throws IOException {
        Path file = folder.resolve("x.log");
        write(file, "1");
        Files.move(file, folder.resolve("x.log.1"));
        write(file, "2");
        assertThat(file).hasContent("2\n");
        assertThat(folder.resolve("x.log.1")).hasContent("1\n");
        Files.delete(file);
        write(file, "3");
        assertThat(file).hasContent("3\n");
        Files.move(file, folder.resolve("x.log.2"));
        Files.writeString(file, "other\n");
        write(file, "4");
        assertThat(file).hasContent("other\n4\n");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamedAndMayRecover() throws IOException {
        Path blocked = folder.resolve("file/x.log");
        Files.writeString(folder.resolve("file"), "");
        assertThatIOException()
                .isThrownBy(() -> write(blocked, "x"))
                .withMessageContaining(blocked.toString());
        assertThatIOException()
                .isThrownBy(() -> write(folder, "x"))
                .withMessageContaining(folder.toString());
        Files.delete(folder.resolve("file"));
        write(blocked, "y");
        assertThat(blocked).hasContent("y\n");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsAnError() {
        assertThatIOException()
                .isThrownBy(() -> write(Path.of("/dev/full"), "x"))
                .withMessageContaining("/dev/full")
                .withMessageContaining("No space left");
    }

    @Test
    void recordsOfSeveralProcessesNeverMix() throws Exception {
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
                                    String.valueOf(each))
                            .inheritIO()
                            .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }
        var lines = Files.readAllLines(file);
        assertThat(lines).hasSize(3 * each);
        for (String name : List.of("a", "b", "c")) {
            assertThat(lines.stream().filter(line -> line.startsWith(name)).toList())
                    .isEqualTo(
                            IntStream.range(0, each)
                                    .mapToObj(
                                            i ->
                                                    name
                                                            + " "
                                                            + i
                                                            + " "
                                                            + name.repeat(i % 7 == 0 ? 20_000 : 10))
                                    .toList());
        }
    }
}

package dev.glia.neff.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.ModelImage;
import dev.glia.neff.NeffWriter.Content;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where a NEFF is written to, and what is left there when it is not. */
class TargetTest {
    @TempDir private Path folder;

    private final NeffPacker packer = new NeffPacker();

    private static Content content(int bytes) {
        return new Content(
                "target",
                "trn1",
                1,
                true,
                List.of(new TensorInfo("x", TensorInfo.Usage.INPUT, DType.FLOAT32, List.of(1L))),
                List.of(new TensorInfo("y", TensorInfo.Usage.OUTPUT, DType.FLOAT32, List.of(1L))),
                new ModelImage.Graph("__onnx", "model.onnx"),
                Map.of("model.onnx", MemorySegment.ofArray(new byte[bytes])));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static void requireRefused(Runnable write, NrtStatus status, String... words) {
        assertThatThrownBy(write::run)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(status))
                .hasMessageContainingAll(words);
    }

    @ParameterizedTest
    @CsvSource({
        "file/x.neff, no folder",
        "none/x.neff, make it first",
        "inner, is a folder",
        "inner/., is a folder",
        "inner/.., is a folder",
        "/, is a folder",
        "link, is a link",
        "dangling, is a link",
        "linked, is a folder",
        "pipe, which no file can replace",
        "/dev/null, which no file can replace"
    })
    void refusesWhatIsNoFileBeforeAndWhenItIsWritten(String name, String reason) throws Exception {
        Files.writeString(folder.resolve("file"), "old");
        Files.createDirectory(folder.resolve("inner"));
        Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
        Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nowhere"));
        Files.createSymbolicLink(folder.resolve("linked"), Path.of("inner"));
        Process pipe = new ProcessBuilder("mkfifo", folder.resolve("pipe").toString()).start();
        assertThat(pipe.waitFor()).isZero();
        List<String> before = names();
        Path target = folder.resolve(name);
        requireRefused(
                () -> packer.requireTarget(target),
                NrtStatus.NRT_INVALID,
                target.toString(),
                reason);
        requireRefused(
                () -> packer.write(target, content(3)),
                NrtStatus.NRT_INVALID,
                target.toString(),
                reason);
        assertThat(names()).isEqualTo(before);
        assertThat(folder.resolve("file")).hasContent("old");
        assertThat(folder.resolve("inner")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"m", "ü"})
    void takesNamesOfAnyLengthThatAFileMayHave(String letter) {
        Path target = folder.resolve("m" + letter.repeat(254 / letter.getBytes().length));
        assertThat(packer.write(target, content(3))).isEqualTo(target.toFile().length());
        Path longer = folder.resolve(target.getFileName() + "m");
        requireRefused(
                () -> packer.write(longer, content(3)), NrtStatus.NRT_INVALID, "name too long");
    }

    @Test
    void aNameInTheWorkingFolderNeedsNoFolder() throws IOException {
        Path target = Path.of("target.neff");
        packer.write(target, content(3));
        assertThat(Files.deleteIfExists(target)).isTrue();
    }

    @Test
    void anInterruptIsNoFaultOfTheFile() throws IOException {
        Path target = Files.writeString(folder.resolve("m.neff"), "old");
        Thread.currentThread().interrupt();
        requireRefused(
                () -> packer.write(target, content(100_000)), NrtStatus.NRT_FAILURE, "interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(names()).containsExactly("m.neff");
        assertThat(target).hasContent("old");
    }

    @Test
    void removesWhatDeadProcessesLeftAndNothingElse() throws IOException {
        Files.writeString(folder.resolve(".glia-dead.tmp"), "half");
        Files.writeString(folder.resolve(".glia-other"), "no half");
        Files.createDirectory(folder.resolve(".glia-folder.tmp"));
        Files.createSymbolicLink(folder.resolve(".glia-link.tmp"), Path.of(".glia-other"));
        Path used = folder.resolve(".glia-used.tmp");
        try (FileChannel other =
                        FileChannel.open(
                                used, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                FileLock _ = other.lock()) {
            packer.write(folder.resolve("m.neff"), content(3));
        }
        assertThat(names())
                .containsExactly(
                        ".glia-folder.tmp",
                        ".glia-link.tmp",
                        ".glia-other",
                        ".glia-used.tmp",
                        "m.neff");
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143, 0", "INT, 130, 0", "KILL, 137, 1"})
    void aProcessThatEndsLeavesNothingThatStays(String signal, int exit, int left)
            throws Exception {
        Process process =
                new ProcessBuilder(
                                "env",
                                "--default-signal=INT",
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                HalfWriter.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertThat(process.inputReader().readLine()).isEqualTo("half");
            assertThat(names()).hasSize(1);
            packer.write(folder.resolve("m.neff"), content(3));
            assertThat(names()).as("its half is not taken away").hasSize(2);
            String kill = "kill -" + signal + " " + process.pid();
            assertThat(new ProcessBuilder("sh", "-c", kill).start().waitFor()).isZero();
            assertThat(process.waitFor()).isEqualTo(exit);
            assertThat(names()).hasSize(1 + left);
            packer.write(folder.resolve("m.neff"), content(3));
            assertThat(names()).containsExactly("m.neff");
        } finally {
            process.destroyForcibly();
        }
    }

    /** What is larger than the shell allows fails as on a disk that is full. */
    @Test
    void aFullDiskIsNoFaultOfTheTargetAndLeavesNothing() throws Exception {
        Files.writeString(folder.resolve("m.neff"), "old");
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        Process process =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                "ulimit -f 200 && exec \"$@\"",
                                "bash",
                                java,
                                "-cp",
                                System.getProperty("java.class.path"),
                                HalfWriter.class.getName(),
                                folder.toString(),
                                "1000000")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try {
            assertThat(process.inputReader().readLine())
                    .startsWith("NRT_RESOURCE (4): " + folder.resolve("m.neff"))
                    .contains("cannot be written", "make room in " + folder);
            assertThat(process.waitFor()).isZero();
            assertThat(names()).containsExactly("m.neff");
            assertThat(folder.resolve("m.neff")).hasContent("old");
        } finally {
            process.destroyForcibly();
        }
    }

    /** Another process: writes a NEFF of a size, or begins a file and waits for its end. */
    static final class HalfWriter {
        private HalfWriter() {}

        public static void main(String... arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            if (arguments.length == 2) {
                try {
                    new NeffPacker()
                            .write(
                                    folder.resolve("m.neff"),
                                    content(Integer.parseInt(arguments[1])));
                } catch (NrtException refused) {
                    System.out.println(refused.getMessage());
                }
                return;
            }
            try (HalfFile _ = new HalfFile(folder)) {
                System.out.println("half");
                new java.util.concurrent.CountDownLatch(1).await();
            }
        }
    }
}

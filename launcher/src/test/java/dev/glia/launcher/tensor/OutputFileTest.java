package dev.glia.launcher.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

class OutputFileTest {
    private static final byte[] HEADER = {1, 2};
    private static final MemorySegment DATA = MemorySegment.ofArray(new byte[] {3, 4, 5});
    private static final byte[] WHOLE = {1, 2, 3, 4, 5};
    private static final byte[] OLD = {9, 9, 9, 9, 9, 9, 9, 9};

    @TempDir Path folder;

    @Test
    void writesANameAsLongAsNamesCanBe() throws IOException {
        Path file = folder.resolve("n".repeat(251) + ".npy");
        OutputFile.write(file, HEADER, DATA);
        assertThat(file).hasBinaryContent(WHOLE);
        assertThat(names()).containsExactly(file);
    }

    @Test
    void keepsThePermissionsOfWhatItReplaces() throws IOException {
        Path file = Files.write(folder.resolve("o.bin"), OLD);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        OutputFile.write(file, HEADER, DATA);
        assertThat(file).hasBinaryContent(WHOLE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    /** Memory that cannot be read stands for a disk that takes no more. */
    @Test
    void aFailureInTheMiddleLeavesTheOldFileAndNoOther() throws IOException {
        Path file = Files.write(folder.resolve("o.bin"), OLD);
        MemorySegment gone;
        try (Arena arena = Arena.ofConfined()) {
            gone = arena.allocate(8);
        }
        assertThatThrownBy(() -> OutputFile.write(file, HEADER, gone))
                .isInstanceOf(IllegalStateException.class);
        assertThat(file).hasBinaryContent(OLD);
        assertThat(names()).containsExactly(file);
    }

    @Test
    void writesThroughLinks() throws IOException {
        Path target = Files.write(folder.resolve("target"), OLD);
        Path link = Files.createSymbolicLink(folder.resolve("link.bin"), target);
        Path dangling =
                Files.createSymbolicLink(folder.resolve("new.bin"), folder.resolve("new target"));
        for (Path file : List.of(link, dangling)) {
            OutputFile.write(file, HEADER, DATA);
            assertThat(file).isSymbolicLink();
            assertThat(file.toRealPath()).hasBinaryContent(WHOLE);
        }
    }

    @Test
    void writesThroughPipes() throws Exception {
        Path pipe = folder.resolve("pipe.bin");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        FutureTask<byte[]> reader = new FutureTask<>(() -> Files.readAllBytes(pipe));
        Thread.ofPlatform().daemon().start(reader);
        OutputFile.write(pipe, HEADER, DATA);
        assertThat(reader.get()).isEqualTo(WHOLE);
        assertThat(OutputFile.isOther(pipe)).isTrue();
    }

    /** A device may have no ending, and takes what tells its type and shape itself. */
    @Test
    void aFullDeviceIsAFailureAndStaysADevice() {
        TensorInfo info = new TensorInfo("y", TensorInfo.Usage.OUTPUT, DType.UINT8, List.of(3L));
        Path device = Path.of("/dev/full");
        assertThatThrownBy(() -> TensorFile.write(device, info, DATA, "do this"))
                .hasMessage(
                        "NRT_FAILURE (1): cannot write /dev/full: No space left on device; do this");
        assertThat(OutputFile.isOther(device)).isTrue();
    }

    @Test
    void namesWhatCannotBecomeAFile() throws IOException {
        TensorInfo info = new TensorInfo("y", TensorInfo.Usage.OUTPUT, DType.UINT8, List.of(3L));
        Path inNowhere = folder.resolve("nowhere/o.npy");
        assertThatThrownBy(() -> TensorFile.checkOutput(inNowhere, info, "do this"))
                .hasMessageEndingWith(
                        "cannot write "
                                + inNowhere
                                + ": there is no "
                                + folder
                                + "/nowhere; do this");
        Path taken = Files.createDirectory(folder.resolve("o.npy"));
        assertThatThrownBy(() -> TensorFile.checkOutput(taken, info, "do this"))
                .hasMessageEndingWith("cannot write " + taken + ": it is a folder; do this");
        Path inProc = Path.of("/proc/o.npy");
        assertThatThrownBy(() -> TensorFile.write(inProc, info, DATA, "do this"))
                .hasMessageEndingWith(
                        "cannot write /proc/o.npy: no file can be made there; do this");
    }

    private List<Path> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}

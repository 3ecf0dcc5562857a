package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.LoadSettings.Containment;
import dev.glia.posix.StateFolder;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

class NativeLibraryTest {
    private static final NativeLibrary OWN =
            NativeLibrary.of(System.getProperty("os.name"), System.getProperty("os.arch"));

    @ParameterizedTest
    @EnumSource
    void isCarriedAsRecorded(NativeLibrary library) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long size = 0;
        try (InputStream bytes = NativeLibrary.class.getResourceAsStream(library.resource())) {
            byte[] buffer = new byte[1 << 16];
            for (int count = bytes.read(buffer); count > 0; count = bytes.read(buffer)) {
                digest.update(buffer, 0, count);
                size += count;
            }
        }
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(library.sha256());
        assertThat(size).isEqualTo(library.size());
    }

    @Test
    void noJavaClassOfOnnxRuntimeIsCarried() {
        assertThat(NativeLibrary.class.getResource("/ai/onnxruntime/OrtEnvironment.class"))
                .isNull();
        assertThat(NativeLibrary.class.getResource("/META-INF/licenses/onnxruntime/LICENSE"))
                .isNotNull();
        assertThat(
                        NativeLibrary.class.getResource(
                                "/META-INF/licenses/onnxruntime/ThirdPartyNotices.txt"))
                .isNotNull();
    }

    @Test
    void isChosenByPlatform() {
        assertThat(NativeLibrary.of("Linux", "amd64")).isEqualTo(NativeLibrary.LINUX_X64);
        assertThat(NativeLibrary.of("Linux", "aarch64")).isEqualTo(NativeLibrary.LINUX_AARCH64);
        for (String[] platform : new String[][] {{"Mac OS X", "aarch64"}, {"Linux", "riscv64"}}) {
            assertThatThrownBy(() -> NativeLibrary.of(platform[0], platform[1]))
                    .isInstanceOfSatisfying(
                            NrtException.class,
                            refused ->
                                    assertThat(refused.status()).isEqualTo(NrtStatus.NRT_FAILURE))
                    .hasMessageContainingAll(
                            platform[0], platform[1], "linux-x64 and linux-aarch64");
        }
    }

    @Test
    void isUnpackedOnceEvenInARace(@TempDir Path folder) throws IOException {
        NativeLibrary library = NativeLibrary.LINUX_AARCH64;
        List<CompletableFuture<Path>> racers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            racers.add(
                    CompletableFuture.supplyAsync(
                            () -> library.unpack(folder), task -> Thread.ofPlatform().start(task)));
        }
        Path file = racers.getFirst().join();
        assertThat(racers).allSatisfy(racer -> assertThat(racer.join()).isEqualTo(file));
        assertThat(file).hasSize(library.size());
        try (Stream<Path> all = Files.list(file.getParent())) {
            assertThat(all).as("no temporary file is left").containsExactly(file);
        }
        Object inode = Files.getAttribute(file, "unix:ino");
        library.unpack(folder);
        assertThat(Files.getAttribute(file, "unix:ino")).as("taken as it is").isEqualTo(inode);
        Files.write(file, new byte[100]);
        assertThat(library.unpack(folder)).hasSize(library.size());
    }

    /** A thread that sweeps would take the half of another for one that was left behind. */
    @Test
    void threadsTakeTurns(@TempDir Path folder) throws InterruptedException {
        Thread second;
        synchronized (OWN) {
            second = Thread.ofPlatform().start(() -> OWN.unpack(folder));
            while (second.isAlive() && second.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait();
            }
            assertThat(second.getState()).isEqualTo(Thread.State.BLOCKED);
        }
        second.join();
    }

    @Test
    void aDamagedCopyOfTheRightSizeIsReplaced(@TempDir Path folder) throws IOException {
        Path file = OWN.unpack(folder);
        Files.write(file, new byte[(int) OWN.size()]);
        assertThat(OWN.load(folder).find("OrtGetApiBase")).isPresent();
    }

    /**
     * Code is taken from nobody else: each folder on the way, and the file, is this user's alone.
     */
    @ParameterizedTest
    @ValueSource(strings = {"", "native", "native/SHA"})
    void aFolderThatOthersMayWriteToIsRefused(String part, @TempDir Path temp) throws IOException {
        Path state = StateFolder.open(temp.resolve("state"));
        Path file = StateFolder.open(state.resolve("native")).resolve(OWN.sha256()).resolve("x");
        StateFolder.open(file.getParent());
        Path open = state.resolve(part.replace("SHA", OWN.sha256()));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(new OnnxRuntime(() -> state, () -> Containment.NONE)::ort)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContainingAll(open + " is not safe", "may be written to");
    }

    @Test
    void aFileThatOthersMayWriteToIsReplaced(@TempDir Path folder) throws IOException {
        Path file = OWN.unpack(folder);
        Object before = Files.getAttribute(file, "unix:ino");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
        OWN.unpack(folder);
        assertThat(Files.getAttribute(file, "unix:ino")).isNotEqualTo(before);
        assertThat(StateFolder.foreign(file)).isEmpty();
    }

    @Test
    void aLinkIsReplacedAndNotFollowed(@TempDir Path temp) throws IOException {
        Path folder = StateFolder.open(temp.resolve("native"));
        Path file = OWN.unpack(folder);
        Path elsewhere = Files.move(file, temp.resolve("elsewhere"));
        Files.createSymbolicLink(file, elsewhere);
        assertThat(OWN.unpack(folder)).isRegularFile().isNotEqualTo(elsewhere);
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(elsewhere).exists();
    }

    /** The lock of the writer tells a half that is being written from one that was left behind. */
    @Test
    void halvesOfKilledProcessesAreRemoved(@TempDir Path folder) throws IOException {
        Path file = OWN.unpack(folder);
        Path left = Files.write(file.resolveSibling("libonnxruntime.so1.tmp"), new byte[7]);
        Path inWork = Files.write(file.resolveSibling("libonnxruntime.so2.tmp"), new byte[7]);
        try (FileChannel writer = FileChannel.open(inWork, StandardOpenOption.WRITE);
                var _ = writer.lock()) {
            OWN.unpack(folder);
            assertThat(left).doesNotExist();
            assertThat(inWork).exists();
        }
        OWN.unpack(folder);
        assertThat(inWork).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> NativeLibrary.LINUX_X64.unpack(file.resolve("below")))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_FAILURE))
                .hasMessageContainingAll(file.toString(), "GLIA_STATE_DIR");
    }
}

package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

class NativeLibraryTest {

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

    @Test
    void aDamagedCopyOfTheRightSizeIsReplaced(@TempDir Path folder) throws IOException {
        NativeLibrary library =
                NativeLibrary.of(System.getProperty("os.name"), System.getProperty("os.arch"));
        Path file = library.unpack(folder);
        Files.write(file, new byte[(int) library.size()]);
        assertThat(library.load(folder).find("OrtGetApiBase")).isPresent();
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> NativeLibrary.LINUX_X64.unpack(file.resolve("below")))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_RESOURCE))
                .hasMessageContainingAll(file.toString(), "GLIA_STATE_DIR");
    }
}

package dev.glia.neff.internal;

import static dev.glia.neff.internal.NeffFiles.good;
import static dev.glia.neff.internal.NeffFiles.neff;
import static dev.glia.neff.internal.NeffFiles.withBytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

@Timeout(60)
class LateHashTest {
    @TempDir private Path folder;

    private final NeffLoader loader = new NeffLoader();
    private final byte[] fine = neff(good().file("w", new byte[3 << 20]).end());

    private Path file(byte[] neff) throws Exception {
        return Files.write(folder.resolve("f.neff"), neff);
    }

    @Test
    void aGoodHashIsKnownInTheEnd() throws Exception {
        try (Neff open = loader.open(file(fine), HashCheck.REQUIRE_LATER)) {
            open.awaitVerified();
            assertThat(open.hash().orElseThrow().valid()).isTrue();
            assertThat(open.member("w").byteSize()).isEqualTo(3 << 20);
        }
    }

    @Test
    void aWrongHashIsToldWhenItIsAwaited() throws Exception {
        Path file = file(withBytes(fine, 180, (byte) (fine[180] ^ 1)));
        try (Neff open = loader.open(file, HashCheck.REQUIRE_LATER)) {
            assertThatThrownBy(open::awaitVerified)
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("the md5 hash in the header at offset 172 is")
                    .hasMessageContaining("but the payload has");
        }
    }

    @Test
    void theHashOfTheOtherPackageVersionIsWrong() throws Exception {
        byte[] sha = NeffFiles.withLong(fine, 0, 1);
        try (Neff open = loader.open(file(sha), HashCheck.REQUIRE_LATER)) {
            assertThatThrownBy(open::awaitVerified).hasMessageContaining("the sha256 hash");
        }
    }

    @Test
    void aHashThatIsNotStoredIsRefusedAtOnce() throws Exception {
        Path file = file(withBytes(fine, 172, new byte[32]));
        assertThatThrownBy(() -> loader.open(file, HashCheck.REQUIRE_LATER))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("no hash is stored");
    }

    @Test
    void inMemoryTheHashIsKnownAtOnce() {
        try (Neff open =
                loader.open(MemorySegment.ofArray(fine), "memory", HashCheck.REQUIRE_LATER)) {
            assertThat(open.hash().orElseThrow().valid()).isTrue();
        }
        byte[] wrong = withBytes(fine, 180, (byte) (fine[180] ^ 1));
        assertThatThrownBy(
                        () ->
                                loader.open(
                                        MemorySegment.ofArray(wrong),
                                        "memory",
                                        HashCheck.REQUIRE_LATER))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("but the payload has");
    }

    @Test
    void nothingIsLeftOpen() throws Exception {
        Path file = file(fine);
        Path bad = Files.write(folder.resolve("bad.neff"), withBytes(fine, 1024, (byte) 0));
        for (int i = 0; i < 20; i++) {
            loader.open(file, HashCheck.REQUIRE_LATER).close();
            assertThatThrownBy(() -> loader.open(bad, HashCheck.REQUIRE_LATER))
                    .isInstanceOf(NrtException.class);
        }
        for (Thread thread : hashing()) {
            thread.join();
        }
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(descriptors.filter(fd -> leadsTo(fd, folder))).isEmpty();
        }
    }

    @Test
    void closingDoesNotWait() throws Exception {
        Neff open = loader.open(file(fine), HashCheck.REQUIRE_LATER);
        open.close();
        assertThatCode(open::close).doesNotThrowAnyException();
    }

    private static List<Thread> hashing() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("neff-hash"))
                .toList();
    }

    private static boolean leadsTo(Path descriptor, Path folder) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(folder.toRealPath());
        } catch (java.io.IOException closed) {
            return false;
        }
    }
}

package dev.glia.neff.internal;

import static dev.glia.neff.internal.NeffFiles.good;
import static dev.glia.neff.internal.NeffFiles.neff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.glia.device.ModelImage;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.neff.NeffWriter;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

class HostileNeffTest {
    @TempDir private Path folder;

    private final NeffLoader loader = new NeffLoader();

    private Throwable open(byte[] neff, HashCheck check) {
        return catchThrowable(
                () -> loader.open(MemorySegment.ofArray(neff), "hostile.neff", check).close());
    }

    static List<HostileCorpus.Case> corpus() {
        return HostileCorpus.all();
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void isRefusedWithAReason(HostileCorpus.Case bad) throws IOException {
        Path file = Files.write(folder.resolve("hostile.neff"), bad.neff());
        assertThatThrownBy(() -> loader.open(file, HashCheck.SKIP).close())
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("hostile.neff: ")
                .hasMessageContaining(bad.fragment());
        assertThat(open(bad.neff(), HashCheck.COMPUTE)).isInstanceOf(NrtException.class);
        if (bad.inArchive()) {
            assertThatThrownBy(() -> loader.unpack(file, folder.resolve("out/deep")))
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining(bad.fragment());
            assertThat(folder.toFile().list())
                    .as("no file is left behind")
                    .containsExactly("hostile.neff");
        }
    }

    @Test
    void theCorpusIsLarge() {
        assertThat(corpus())
                .hasSizeGreaterThan(120)
                .extracting(HostileCorpus.Case::name)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(HashCheck.class)
    void everyTruncationIsRefused(HashCheck check) {
        byte[] neff = neff(incompressible());
        for (int size = 0; size < neff.length; size += 512) {
            byte[] cut = Arrays.copyOf(neff, size);
            assertThat(open(cut, check)).as("%d bytes", size).isInstanceOf(NrtException.class);
            if (size > 1024) {
                byte[] honest = NeffFiles.withLong(cut, 16, size - 1024);
                boolean onlyPadding = size >= neff.length - 10_240;
                if (!onlyPadding) {
                    assertThat(open(honest, check))
                            .as("%d bytes", size)
                            .isInstanceOf(NrtException.class);
                }
            }
        }
    }

    private static byte[] incompressible() {
        byte[] weights = new byte[60_000];
        new Random(7).nextBytes(weights);
        return good().file("w", weights).end();
    }

    @Test
    void noFlipOfAHeaderBitCrashes() {
        byte[] neff = neff(good().end());
        int opened = 0;
        for (int bit = 0; bit < 1024 * 8; bit++) {
            Throwable result = open(flipped(neff, bit), HashCheck.SKIP);
            assertThat(result)
                    .as("bit %d", bit)
                    .satisfiesAnyOf(
                            r -> assertThat(r).isNull(),
                            r -> assertThat(r).isInstanceOf(NrtException.class));
            opened += result == null ? 1 : 0;
        }
        assertThat(opened).isPositive();
    }

    @Test
    void everyFlipOfTheHashOrThePayloadIsRefusedWhenTheHashIsRequired() {
        byte[] neff = neff(good().end());
        assertThat(open(neff, HashCheck.REQUIRE)).isNull();
        // Each bit of the hash and of the stream, and samples of the padding: a flip costs a whole
        // pass.
        int stream = 1024 + NeffFiles.gzip(good().end()).length;
        IntStream hashBits = IntStream.range(172 * 8, 204 * 8);
        IntStream streamBits = IntStream.range(1024 * 8, stream * 8);
        IntStream paddingBits =
                IntStream.iterate(stream * 8, bit -> bit < neff.length * 8, bit -> bit + 997);
        IntStream.concat(IntStream.concat(hashBits, streamBits), paddingBits)
                .forEach(
                        bit ->
                                assertThat(open(flipped(neff, bit), HashCheck.REQUIRE))
                                        .as("bit %d", bit)
                                        .isInstanceOfSatisfying(
                                                NrtException.class,
                                                e ->
                                                        assertThat(e.status())
                                                                .isEqualTo(NrtStatus.NRT_INVALID)));
    }

    @Test
    void noFlipOfAPayloadBitCrashesWithoutTheHash() {
        byte[] archive = good().end();
        // Flips behind the checksum: each reaches the archive and the JSON.
        for (int bit = 0; bit < archive.length * 8; bit += 13) {
            Throwable result = open(neff(flipped(archive, bit)), HashCheck.SKIP);
            assertThat(result)
                    .as("bit %d", bit)
                    .satisfiesAnyOf(
                            r -> assertThat(r).isNull(),
                            r -> assertThat(r).isInstanceOf(NrtException.class));
        }
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] copy = bytes.clone();
        copy[bit / 8] ^= (byte) (1 << bit % 8);
        return copy;
    }

    @Test
    void aDeclaredSizeTakesNoMemory() throws IOException {
        byte[] liar =
                neff(
                        good().raw(
                                        NeffFiles.header(
                                                "a",
                                                NeffFiles.base256(200L << 30, 0x80),
                                                '0',
                                                "ustar\0" + "00",
                                                ""))
                                .content(new byte[8 << 20])
                                .withoutEnd());
        long before = residentKib();
        for (int i = 0; i < 20; i++) {
            assertThat(open(liar, HashCheck.SKIP)).hasMessageContaining("of 214748364800 bytes");
        }
        assertThat(residentKib() - before).as("KiB after 20 refusals").isLessThan(96 * 1024);
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void noHashThreadIsLeftBehind() throws InterruptedException {
        for (HostileCorpus.Case bad : corpus().subList(28, 50)) {
            open(bad.neff(), HashCheck.REQUIRE);
        }
        open(neff(incompressible()), HashCheck.REQUIRE);
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("neff-hash")) {
                assertThat(thread.join(Duration.ofSeconds(30))).as("it ends by itself").isTrue();
            }
        }
    }

    @Test
    void whatIsNoRegularFileIsRefused() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        for (Path path : List.of(pipe, folder, Path.of("/dev/zero"))) {
            assertThatThrownBy(() -> loader.open(path, HashCheck.SKIP))
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining(path + ": is no regular file");
        }
        assertThatThrownBy(() -> loader.open(folder.resolve("none"), HashCheck.SKIP))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("there is no such file");
    }

    /** It says nothing of the file, which must not count as a bad one. */
    @ParameterizedTest
    @ValueSource(ints = {10, 60_000, 3_000_000})
    void anInterruptedThreadBlamesNoFile(int size) throws IOException {
        byte[] weights = new byte[size];
        new Random(size).nextBytes(weights);
        Path file = Files.write(folder.resolve("f.neff"), neff(good().file("w", weights).end()));
        Path out = folder.resolve("out");
        List<Callable<Object>> uses = new ArrayList<>();
        for (HashCheck check : HashCheck.values()) {
            uses.add(() -> loader.open(file, check));
        }
        uses.add(() -> loader.inspect(file, true));
        uses.add(() -> loader.unpack(file, out));
        uses.add(() -> new NeffPacker().write(out, PACKED));
        for (Callable<Object> use : uses) {
            Thread.currentThread().interrupt();
            Throwable result = catchThrowable(use::call);
            assertThat(Thread.interrupted()).as("it is still interrupted").isTrue();
            assertThat(result)
                    .isInstanceOfSatisfying(
                            NrtException.class,
                            e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_FAILURE))
                    .hasMessageContaining("the thread was interrupted");
        }
        assertThat(folder.toFile().list()).as("nothing is left behind").containsExactly("f.neff");
        loader.open(file, HashCheck.REQUIRE).close();
    }

    private static final NeffWriter.Content PACKED =
            new NeffWriter.Content(
                    "p.neff",
                    "trn1",
                    1,
                    true,
                    List.of(),
                    List.of(),
                    new ModelImage.Graph("__onnx", "model.onnx"),
                    Map.of("model.onnx", MemorySegment.ofArray(new byte[10])));

    /** The first read after an interrupt closes the channel; the next one finds it closed. */
    @Test
    void aChannelThatAnInterruptHasClosedIsNoFaultOfTheFile() {
        Refusals refusals = Refusals.of("f.neff");
        assertThat(refusals.failed("cannot be read", new ClosedChannelException()).status())
                .isEqualTo(NrtStatus.NRT_INVALID);
        Thread.currentThread().interrupt();
        assertThat(refusals.failed("cannot be read", new ClosedChannelException()).status())
                .isEqualTo(NrtStatus.NRT_FAILURE);
        assertThat(refusals.failed("cannot be read", new EOFException()).status())
                .isEqualTo(NrtStatus.NRT_INVALID);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptedLoadFromMemorySaysSo() {
        Thread.currentThread().interrupt();
        Throwable result = open(neff(incompressible()), HashCheck.REQUIRE);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(result).isInstanceOf(NrtException.class).hasMessageContaining("interrupted");
    }
}

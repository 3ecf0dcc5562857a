package dev.glia.neff.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.device.ModelImage;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;

/** Stored blocks, as Glia writes them, and others behind them, as other tools do. */
class DeflateTest {
    private static final int WINDOW = 32 * 1024;
    private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 4, 3};

    private final NeffLoader loader = new NeffLoader();

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private Neff open(byte[] deflated, byte[] archive) {
        return open(deflated, archive, HashCheck.REQUIRE);
    }

    private Neff open(byte[] deflated, byte[] archive, HashCheck check) {
        return loader.open(MemorySegment.ofArray(neff(deflated, archive)), "blocks.neff", check);
    }

    private static byte[] neff(byte[] deflated, byte[] archive) {
        byte[] payload = NeffFiles.concat(GZIP, deflated, NeffFiles.trailer(archive));
        return NeffFiles.withPayload(NeffFiles.padded(payload));
    }

    private static byte[] stored(byte[] data, int block, boolean last) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < data.length; at += block) {
            int size = Math.min(block, data.length - at);
            boolean end = last && at + size == data.length;
            out.writeBytes(
                    ByteBuffer.allocate(5)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .put((byte) (end ? 1 : 0))
                            .putShort((short) size)
                            .putShort((short) ~size)
                            .array());
            out.write(data, at, size);
        }
        return out.toByteArray();
    }

    /** Deflates what follows known bytes, so that it refers to them. */
    private static byte[] following(byte[] known, byte[] rest) {
        try (Deflater deflater = new Deflater(9, true)) {
            if (known.length > 0) {
                int from = Math.max(0, known.length - WINDOW);
                deflater.setDictionary(Arrays.copyOfRange(known, from, known.length));
            }
            deflater.setInput(rest);
            deflater.finish();
            byte[] out = new byte[2 * rest.length + 100];
            return Arrays.copyOf(out, deflater.deflate(out));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 65535", "1, 65535", "20000, 7", "65536, 65535", "100000, 33000"})
    void readsOtherBlocksBehindStoredOnes(int split, int block) {
        byte[] weights = random(110_000);
        byte[] again = Arrays.copyOfRange(weights, 80_000, 109_000);
        byte[] archive = NeffFiles.good().file("weights", weights).file("again", again).end();
        byte[] known = Arrays.copyOf(archive, split);
        byte[] rest = Arrays.copyOfRange(archive, split, archive.length);
        byte[] compressed = following(known, rest);
        byte[] deflated = NeffFiles.concat(stored(known, block, false), compressed);
        if (split >= 100_000) {
            assertThat(compressed).as("refers to what was stored").hasSizeLessThan(30_000);
        }
        for (HashCheck check : HashCheck.values()) {
            try (Neff neff = open(deflated, archive, check)) {
                assertThat(neff.member("weights").toArray(JAVA_BYTE)).isEqualTo(weights);
                assertThat(neff.member("again").toArray(JAVA_BYTE)).isEqualTo(again);
            }
        }
    }

    @Test
    void refusesABlockWhoseLengthsDisagree() {
        byte[] archive = NeffFiles.good().end();
        byte[] blocks = stored(archive, 65_535, true);
        open(blocks, archive).close();
        for (int at = 1; at <= 4; at++) {
            byte[] damaged = blocks.clone();
            damaged[at] ^= 4;
            assertThatThrownBy(() -> open(damaged, archive))
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("corrupt deflate data (invalid stored block lengths)");
        }
    }

    @Test
    void refusesAReferenceBeyondTheFirstByte() {
        byte[] archive = NeffFiles.good().file("w", random(3000)).end();
        byte[] known = Arrays.copyOf(archive, 4000);
        byte[] rest = Arrays.copyOfRange(archive, 4000, archive.length);
        byte[] unknown = NeffFiles.concat(rest, random(20_000));
        assertThatThrownBy(
                        () ->
                                open(
                                        NeffFiles.concat(
                                                stored(known, 100, false),
                                                following(unknown, rest)),
                                        archive))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("corrupt deflate data");
    }

    @Test
    void theMemoryLivesAsLongAsAnybodyHoldsIt() {
        byte[] archive = NeffFiles.good().file("w", random(100_000)).end();
        Neff neff = open(stored(archive, 65_535, true), archive);
        MemorySegment weights = neff.member("w");
        ModelImage.Hold first = neff.hold().orElseThrow();
        ModelImage.Hold second = neff.hold().orElseThrow();
        neff.close();
        neff.close();
        first.close();
        first.close();
        assertThat(weights.toArray(JAVA_BYTE)).isEqualTo(random(100_000));
        second.close();
        assertThat(weights.scope().isAlive()).isFalse();
        assertThatThrownBy(neff::hold).isInstanceOf(IllegalStateException.class);
    }
}

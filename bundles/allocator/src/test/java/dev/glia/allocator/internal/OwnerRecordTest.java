package dev.glia.allocator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;

class OwnerRecordTest {
    private static final OwnerRecord RECORD =
            new OwnerRecord(
                    true,
                    42,
                    4711,
                    123456,
                    Instant.ofEpochMilli(1_700_000_000_123L),
                    "java -jar server.jar",
                    "ann",
                    "é",
                    "0.1.0");

    @Test
    void survivesTheDisk() {
        assertThat(OwnerRecord.decode(RECORD.encode())).contains(RECORD);
        assertThat(OwnerRecord.decode(RECORD.released().encode()))
                .get()
                .matches(record -> !record.owned());
        assertThat(RECORD.encode()).hasSize(OwnerRecord.SIZE);
    }

    @Test
    void theLargestTextsFit() {
        String wide = "\uD83D\uDE00".repeat(5000);
        var record = new OwnerRecord(true, 1, 1, 1, Instant.EPOCH, wide, wide, wide, wide);

        assertThat(OwnerRecord.decode(record.encode())).contains(record);
    }

    @Test
    void whatATerminalWouldObeyIsReplaced() {
        var record =
                new OwnerRecord(
                        true, 1, 1, 1, Instant.EPOCH, "a\u001b[2J\nb\u009b\ud800", "u", "t", "v");

        assertThat(record.command()).isEqualTo("a?[2J?b??");
    }

    @Test
    void cutAtAnyByteItIsNoRecord() {
        byte[] bytes = RECORD.encode();
        for (int length = 0; length < bytes.length; length++) {
            assertThat(OwnerRecord.decode(Arrays.copyOf(bytes, length))).isEmpty();
        }
        assertThat(OwnerRecord.decode(Arrays.copyOf(bytes, bytes.length + 1))).isEmpty();
    }

    @Test
    void withAnyBitFlippedItIsNoRecord() {
        byte[] bytes = RECORD.encode();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(OwnerRecord.decode(bytes)).as("bit %d", bit).isEmpty();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
        }
        assertThat(OwnerRecord.decode(bytes)).contains(RECORD);
    }

    @Test
    void nonsenseWithAValidChecksumIsHarmless() {
        var random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = RECORD.encode();
            for (int i = 0; i < 1 + round % 20; i++) {
                bytes[8 + random.nextInt(120)] = (byte) random.nextInt();
            }
            OwnerRecord.decode(sign(bytes))
                    .ifPresent(
                            record -> {
                                assertThat(record.fence())
                                        .isPositive()
                                        .isLessThanOrEqualTo(OwnerRecord.MAX_FENCE);
                                assertThat(record.pid()).isPositive();
                            });
        }
        byte[] huge = RECORD.encode();
        ByteBuffer.wrap(huge).putLong(9, Long.MAX_VALUE);
        assertThat(OwnerRecord.decode(sign(huge))).as("the next fence would overflow").isEmpty();
    }

    private static byte[] sign(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes, 0, OwnerRecord.SIZE - 4);
        ByteBuffer.wrap(bytes).putInt(OwnerRecord.SIZE - 4, (int) crc.getValue());
        return bytes;
    }
}

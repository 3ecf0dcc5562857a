package dev.glia.allocator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.core.ProcessIdentity;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;

class OwnerRecordTest {
    private static final OwnerRecord RECORD =
            new OwnerRecord(
                    true,
                    42,
                    new ProcessIdentity(4026531836L, 4711, 123456),
                    -7,
                    Instant.ofEpochMilli(1_700_000_000_123L),
                    "java -jar server.jar",
                    "ann",
                    "é",
                    "0.1.0",
                    "web-1",
                    false);

    @Test
    void survivesTheDisk() {
        assertThat(decode(encode(RECORD))).contains(RECORD);
        assertThat(decode(encode(RECORD.released()))).get().matches(record -> !record.owned());
        assertThat(encode(RECORD)).hasSize(OwnerRecord.SIZE);
    }

    @Test
    void tellsThatACoreIsOutOfService() {
        assertThat(decode(encode(RECORD.noted(true)))).contains(RECORD.noted(true));
        assertThat(RECORD.noted(true).quarantined()).isTrue();
        assertThat(RECORD.noted(true).noted(false)).isEqualTo(RECORD);
        assertThat(RECORD.noted(true).released().quarantined()).isFalse();
    }

    @Test
    void theLargestTextsFit() {
        String wide = "\uD83D\uDE00".repeat(5000);
        var record =
                new OwnerRecord(
                        true,
                        1,
                        RECORD.process(),
                        1,
                        Instant.EPOCH,
                        wide,
                        wide,
                        wide,
                        wide,
                        wide,
                        true);

        assertThat(decode(encode(record))).contains(record);
    }

    @Test
    void whatATerminalWouldObeyIsReplaced() {
        var record =
                new OwnerRecord(
                        true,
                        1,
                        RECORD.process(),
                        1,
                        Instant.EPOCH,
                        "a\u001b[2J\nb\u009b\ud800",
                        "u",
                        "t",
                        "v",
                        "h\033",
                        false);

        assertThat(record.command()).isEqualTo("a?[2J?b??");
        assertThat(record.host()).isEqualTo("h?");
    }

    @Test
    void amongOthersEachHasItsPlace() {
        byte[] bytes = new byte[3 * OwnerRecord.SIZE];
        Arrays.fill(bytes, (byte) 7);
        RECORD.encode(bytes, OwnerRecord.SIZE);

        assertThat(OwnerRecord.decode(bytes, 0)).isEmpty();
        assertThat(OwnerRecord.decode(bytes, OwnerRecord.SIZE)).contains(RECORD);
        assertThat(OwnerRecord.fence(bytes, OwnerRecord.SIZE)).isEqualTo(42);
        assertThat(OwnerRecord.decode(bytes, 2 * OwnerRecord.SIZE)).isEmpty();
    }

    @Test
    void cutAtAnyByteItIsNoRecord() {
        byte[] bytes = encode(RECORD);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(Arrays.copyOf(bytes, length), bytes.length);
            assertThat(decode(cut)).as("%d bytes", length).isEmpty();
        }
    }

    @Test
    void withAnyBitFlippedItIsNoRecord() {
        byte[] bytes = encode(RECORD);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(decode(bytes)).as("bit %d", bit).isEmpty();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
        }
        assertThat(decode(bytes)).contains(RECORD);
    }

    @Test
    void nonsenseWithAValidChecksumIsHarmless() {
        var random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = encode(RECORD);
            for (int i = 0; i < 1 + round % 20; i++) {
                bytes[8 + random.nextInt(120)] = (byte) random.nextInt();
            }
            decode(sign(bytes))
                    .ifPresent(
                            record -> {
                                assertThat(record.fence())
                                        .isPositive()
                                        .isLessThanOrEqualTo(OwnerRecord.MAX_FENCE);
                                assertThat(record.process().pid()).isPositive();
                            });
        }
        byte[] huge = encode(RECORD);
        ByteBuffer.wrap(huge).putLong(8, Long.MAX_VALUE);
        assertThat(decode(sign(huge))).as("the next fence would overflow").isEmpty();
    }

    private static byte[] encode(OwnerRecord record) {
        byte[] bytes = new byte[OwnerRecord.SIZE];
        record.encode(bytes, 0);
        return bytes;
    }

    private static Optional<OwnerRecord> decode(byte[] bytes) {
        return OwnerRecord.decode(bytes, 0);
    }

    private static byte[] sign(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes, 0, OwnerRecord.SIZE - 4);
        ByteBuffer.wrap(bytes).putInt(OwnerRecord.SIZE - 4, (int) crc.getValue());
        return bytes;
    }
}

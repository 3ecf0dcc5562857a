package dev.glia.neff.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Random;

/** The hashes of libcrypto beside those of the JDK. */
class SystemDigestTest {

    @ParameterizedTest
    @CsvSource({"MD5, MD5, 16", "SHA256, SHA-256, 32"})
    void hashesWhatTheJdkHashes(String name, String javaName, int size) throws Exception {
        byte[] bytes = new byte[300_001];
        new Random(size).nextBytes(bytes);
        Optional<SystemDigest> digest = SystemDigest.of(name, size);
        assumeThat(digest).as("the system has libcrypto.so.3").isPresent();
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        ByteBuffer part = direct.duplicate().limit(100_000);
        digest.get().update(part);
        assertThat(part.hasRemaining()).isFalse();
        digest.get().update(ByteBuffer.wrap(bytes, 100_000, 100_000));
        digest.get().update(direct.position(200_000));
        assertThat(digest.get().digest())
                .isEqualTo(MessageDigest.getInstance(javaName).digest(bytes));
    }

    @Test
    void isAbsentWhereTheLibraryHasNoSuchHash() {
        assertThat(SystemDigest.of("ROT13", 16)).isEmpty();
    }

    @Test
    void hashesLargePayloadsAsSmallOnes() {
        byte[] bytes = new byte[70_000];
        new Random(7).nextBytes(bytes);
        for (long version = 1; version <= 2; version++) {
            PayloadHash small = PayloadHash.of(version, bytes.length);
            PayloadHash large = PayloadHash.of(version, 1L << 40);
            small.update(ByteBuffer.wrap(bytes));
            large.update(ByteBuffer.wrap(bytes));
            assertThat(large.stored()).isEqualTo(small.stored());
        }
    }
}

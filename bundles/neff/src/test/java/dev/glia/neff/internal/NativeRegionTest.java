package dev.glia.neff.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory that grows keeps what is in it. */
class NativeRegionTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 1000, 65_535, 65_536, 65_537, 200_000, 900_000})
    void whatIsInItStaysWhileItGrows(int piece) {
        try (NativeRegion region = new NativeRegion(Refusals.of("test"))) {
            region.expect(1);
            for (byte i = 1; i <= 5; i++) {
                region.align();
                region.append(piece).fill(i);
            }
            SharedMemory sealed = region.seal();
            MemorySegment bytes = sealed.bytes();
            for (byte i = 1; i <= 5; i++) {
                long start = (i - 1L) * Math.ceilDiv(piece, 64) * 64;
                assertThat(bytes.get(ValueLayout.JAVA_BYTE, start)).isEqualTo(i);
                assertThat(bytes.get(ValueLayout.JAVA_BYTE, start + piece - 1)).isEqualTo(i);
            }
            assertThat(bytes.address() % 64).isZero();
            sealed.close();
        }
    }

    @Test
    void emptyMemoryCanBeSealed() {
        try (NativeRegion region = new NativeRegion(Refusals.of("test"))) {
            assertThat(region.seal().bytes().byteSize()).isZero();
        }
    }
}

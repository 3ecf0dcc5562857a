package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.glia.runtime.DType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.foreign.MemorySegment;

class NanScanTest {

    /** All bit patterns of the upper 16 bits, in every place of a word and of its rest. */
    @ParameterizedTest
    @CsvSource({
        "FLOAT8E3,1,7e",
        "FLOAT8E4,1,7e",
        "FLOAT8E5,1,7c",
        "FLOAT16,2,7c00",
        "BFLOAT16,2,7f80",
        "FLOAT32,4,7f80",
        "UINT8,1,ff",
        "BOOL,1,ff",
        "INT32,4,ffff"
    })
    void findsEveryNanAndNothingElse(DType type, int width, String greatest) {
        int limit = Integer.parseInt(greatest, 16);
        int digits = Math.min(width, 2) * Byte.SIZE;
        int sign = 1 << digits - 1;
        for (int elements : new int[] {1, 7, 11}) {
            MemorySegment memory = MemorySegment.ofArray(new byte[elements * width]);
            NanScan scan = new NanScan();
            scan.add(type, memory);
            if (type == DType.FLOAT32) { // the least of all, whose upper bits are infinity
                memory.set(JAVA_INT_UNALIGNED, (elements - 1) * 4L, 0xff80_0001);
                assertThat(scan.found()).isTrue();
            }
            for (int bits = 0; bits < 1 << digits; bits++) {
                int place = (bits % elements + 1) * width;
                memory.fill((byte) 0);
                for (int i = 0; i < digits / Byte.SIZE; i++) {
                    memory.set(JAVA_BYTE, place - 1 - i, (byte) (bits >> digits - 8 * (i + 1)));
                }
                boolean whole = limit == (1 << digits) - 1; // numbers without NaN
                boolean nan = !whole && (bits & ~sign) > limit;
                assertThat(scan.found()).as("0x%x at %d", bits, place).isEqualTo(nan);
            }
        }
    }
}

package dev.glia.device.kit;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** Turns outputs into NaN, as far as their type has one. */
final class NanFill {

    private static final int FLOAT32 = 0x7fc0_0000;
    private static final short FLOAT16 = 0x7e00;
    private static final short BFLOAT16 = 0x7fc0;

    /** In all three layouts with 8 bits. */
    private static final byte FLOAT8 = 0x7f;

    private NanFill() {}

    static void fill(List<TensorInfo> outputs, List<MemorySegment> memory) {
        for (int i = 0; i < memory.size(); i++) {
            fill(outputs.get(i).dtype(), memory.get(i));
        }
    }

    private static void fill(DType type, MemorySegment memory) {
        switch (type) {
            case FLOAT32, FLOAT32R -> {
                for (long at = 0; at < memory.byteSize(); at += Integer.BYTES) {
                    memory.set(JAVA_INT_UNALIGNED, at, FLOAT32);
                }
            }
            case FLOAT16 -> fill(memory, FLOAT16);
            case BFLOAT16 -> fill(memory, BFLOAT16);
            case FLOAT8E3, FLOAT8E4, FLOAT8E5 -> memory.fill(FLOAT8);
            default -> {
                // Whole numbers are never NaN.
            }
        }
    }

    private static void fill(MemorySegment memory, short nan) {
        for (long at = 0; at < memory.byteSize(); at += Short.BYTES) {
            memory.set(JAVA_SHORT_UNALIGNED, at, nan);
        }
    }
}

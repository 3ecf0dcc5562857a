package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** Memory that ONNX Runtime hands out or takes as a bare address. */
final class OrtMemory {
    private OrtMemory() {}

    /** {@return the zero-terminated string at an address, empty for the null pointer} */
    @SuppressWarnings("restricted")
    static String string(long address) {
        return address == 0
                ? ""
                : MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** {@return an array of {@code int64_t} or of pointers} */
    static MemorySegment longs(SegmentAllocator allocator, long... values) {
        MemorySegment array = allocator.allocate(JAVA_LONG, Math.max(1, values.length));
        MemorySegment.copy(values, 0, array, JAVA_LONG, 0, values.length);
        return array;
    }
}

package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/** Memory that ONNX Runtime hands out or takes as a bare address. */
final class OrtMemory {
    private OrtMemory() {}

    /** {@return the zero-terminated string at an address, empty for the null pointer} */
    static String string(long address) {
        return address == 0 ? "" : memory(address).getString(0);
    }

    /** {@return a copy of the zero-terminated string at an address} */
    static MemorySegment copy(SegmentAllocator allocator, long address) {
        MemorySegment string = memory(address);
        long size = 0;
        while (string.get(JAVA_BYTE, size++) != 0) {}
        return allocator.allocate(size).copyFrom(string.asSlice(0, size));
    }

    @SuppressWarnings("restricted")
    private static MemorySegment memory(long address) {
        return MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE);
    }

    /** {@return an array of {@code int64_t} or of pointers} */
    static MemorySegment longs(SegmentAllocator allocator, List<Long> values) {
        MemorySegment array = allocator.allocate(JAVA_LONG, Math.max(1, values.size()));
        for (int i = 0; i < values.size(); i++) {
            array.setAtIndex(JAVA_LONG, i, values.get(i));
        }
        return array;
    }
}

package dev.glia.neff.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory that grows at its end by remapping pages instead of copying, and is handed to an arena
 * when it is full. Pages exist from the first byte written to them, and the limit of the JVM for
 * direct memory does not count them: weights of many gigabytes load with a small heap. Linux only,
 * as Neuron is.
 */
final class NativeRegion implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle MMAP =
            function(
                    "mmap",
                    FunctionDescriptor.of(
                            ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    /** Needed by what inflates only; to link a function takes as long as to load a small file. */
    private static final class Growing {
        private static final MethodHandle MREMAP =
                function(
                        "mremap",
                        FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT),
                        Linker.Option.firstVariadicArg(4));
    }

    /** Needed by large files only. */
    private static final class Large {
        private static final MethodHandle MADVISE =
                function("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    }

    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int MAY_MOVE = 1;
    private static final int HUGE_PAGES = 14;
    private static final long FAILED = -1;

    /** A multiple of every page size in use. */
    private static final long GRAIN = 64 * 1024;

    /** A multiple of the sizes of huge pages. */
    private static final long HUGE_GRAIN = 2 * 1024 * 1024;

    /** From here on, most of the time to fill memory would go by for faults of small pages. */
    private static final long HUGE = 768 * 1024;

    private static final long ALIGNMENT = 64;

    private final Refusals refusals;
    private MemorySegment memory = MemorySegment.NULL;
    private long used;

    NativeRegion(Refusals refusals) {
        this.refusals = refusals;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(
            String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }

    /** Begins a member where vector instructions like to find it. */
    long align() {
        used = Math.ceilDiv(used, ALIGNMENT) * ALIGNMENT;
        return used;
    }

    /** Adds bytes at the end. The segment is valid until the next call. */
    MemorySegment append(long bytes) {
        expect(used + bytes);
        MemorySegment window = memory.asSlice(used, bytes);
        used += bytes;
        return window;
    }

    /** Makes room up to a size; only address space is taken for it. */
    void expect(long bytes) {
        if (bytes > memory.byteSize()) {
            resize(Math.max(bytes, 2 * memory.byteSize()));
        }
    }

    @SuppressWarnings("restricted")
    private void resize(long bytes) {
        long grain = bytes < HUGE ? GRAIN : HUGE_GRAIN;
        long size = Math.ceilDiv(bytes, grain) * grain;
        try {
            MemorySegment address =
                    memory.byteSize() == 0
                            ? (MemorySegment)
                                    MMAP.invokeExact(
                                            MemorySegment.NULL,
                                            size,
                                            READ_WRITE,
                                            PRIVATE_ANONYMOUS,
                                            -1,
                                            0L)
                            : (MemorySegment)
                                    Growing.MREMAP.invokeExact(
                                            memory, memory.byteSize(), size, MAY_MOVE);
            if (address.address() == FAILED) {
                throw refusals.noMemory(size);
            }
            memory = address.reinterpret(size);
            if (size >= HUGE) {
                // Where the system has none, it says so, and the memory is as good.
                int ignored = (int) Large.MADVISE.invokeExact(memory, size, HUGE_PAGES);
            }
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Gives the memory to an arena, which frees it; this region is empty afterwards. */
    @SuppressWarnings("restricted")
    MemorySegment seal(Arena arena) {
        if (used == 0) {
            close();
            return MemorySegment.NULL;
        }
        // What lies behind was never touched, and is no more than addresses.
        long size = used;
        long mapped = memory.byteSize();
        MemorySegment address = MemorySegment.ofAddress(memory.address());
        MemorySegment owned = address.reinterpret(size, arena, _ -> unmap(address, mapped));
        memory = MemorySegment.NULL;
        used = 0;
        return owned;
    }

    private static void unmap(MemorySegment address, long bytes) {
        try {
            int ignored = (int) MUNMAP.invokeExact(address, bytes);
            assert ignored == 0;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Frees what no arena took. */
    @Override
    public void close() {
        if (memory.byteSize() > 0) {
            unmap(memory, memory.byteSize());
        }
        memory = MemorySegment.NULL;
        used = 0;
    }
}

package dev.glia.neff.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.posix.HostMemory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory that grows at its end by remapping pages instead of copying, and is given away when it is
 * full. Pages exist from the first byte written to them, and the limit of the JVM for direct memory
 * does not count them: weights of many gigabytes load with a small heap. Linux only, as Neuron is.
 *
 * <p>Where little is enough, the garbage collector frees it: mapping pages, and closing a shared
 * arena, for which every thread of the JVM is asked, take longer than reading a small file.
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

    private static final HostMemory HOST = HostMemory.here();

    /** Up to here the garbage collector frees it. */
    private static final long SMALL = 64 * 1024;

    private final Refusals refusals;
    private MemorySegment memory = MemorySegment.NULL;
    private boolean mapped;
    private long used;

    /** Up to here the host has promised memory. */
    private long promised = HostMemory.SMALL;

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
        promise(used + bytes);
        MemorySegment window = memory.asSlice(used, bytes);
        used += bytes;
        return window;
    }

    /** In steps: a file says nothing that can be relied on before it has been read. */
    private void promise(long bytes) {
        if (bytes > promised) {
            long more = Math.max(bytes - promised, HostMemory.SMALL);
            HOST.require(more, refusals.label("") + ", more of the NEFF,");
            promised += more;
        }
    }

    /** Makes room up to a size; only address space is taken for it. */
    void expect(long bytes) {
        if (bytes <= memory.byteSize()) {
            return;
        }
        long wanted = Math.max(bytes, 2 * memory.byteSize());
        if (mapped) {
            map(wanted);
            return;
        }
        MemorySegment before = memory;
        if (bytes <= SMALL) {
            memory = collected(Math.min(wanted, SMALL));
        } else {
            map(wanted);
        }
        MemorySegment.copy(before, 0, memory, 0, Math.min(used, before.byteSize()));
    }

    private MemorySegment collected(long bytes) {
        try {
            return Arena.ofAuto().allocate(bytes, ALIGNMENT);
        } catch (OutOfMemoryError full) {
            throw refusals.noMemory(bytes);
        }
    }

    /** Maps pages, or remaps those there are. */
    @SuppressWarnings("restricted")
    private void map(long bytes) {
        long grain = bytes < HUGE ? GRAIN : HUGE_GRAIN;
        long size = Math.ceilDiv(bytes, grain) * grain;
        try {
            MemorySegment address =
                    mapped
                            ? (MemorySegment)
                                    Growing.MREMAP.invokeExact(
                                            memory, memory.byteSize(), size, MAY_MOVE)
                            : (MemorySegment)
                                    MMAP.invokeExact(
                                            MemorySegment.NULL,
                                            size,
                                            READ_WRITE,
                                            PRIVATE_ANONYMOUS,
                                            -1,
                                            0L);
            if (address.address() == FAILED) {
                throw refusals.noMemory(size);
            }
            memory = address.reinterpret(size);
            mapped = true;
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

    /** Gives the memory away; this region is empty afterwards. */
    SharedMemory seal() {
        SharedMemory sealed = mapped ? owned() : collected();
        memory = MemorySegment.NULL;
        mapped = false;
        used = 0;
        return sealed;
    }

    private SharedMemory collected() {
        return new SharedMemory(memory.asSlice(0, used), () -> {});
    }

    @SuppressWarnings("restricted")
    private SharedMemory owned() {
        Arena arena = Arena.ofShared();
        // What lies behind was never touched, and is no more than addresses.
        long pages = memory.byteSize();
        MemorySegment address = MemorySegment.ofAddress(memory.address());
        return new SharedMemory(
                address.reinterpret(used, arena, _ -> unmap(address, pages)), arena::close);
    }

    private static void unmap(MemorySegment address, long bytes) {
        try {
            int ignored = (int) MUNMAP.invokeExact(address, bytes);
            assert ignored == 0;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Frees what was not given away. */
    @Override
    public void close() {
        if (mapped) {
            unmap(memory, memory.byteSize());
        }
        memory = MemorySegment.NULL;
        mapped = false;
        used = 0;
    }
}

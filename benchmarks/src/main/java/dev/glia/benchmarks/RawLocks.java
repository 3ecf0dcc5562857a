package dev.glia.benchmarks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The least that exclusive cores cost: open file description locks of files that are open already.
 * Shares no code with the allocator.
 */
final class RawLocks {
    private static final int O_RDWR_CREAT_CLOEXEC = 0x80042;
    private static final int F_OFD_SETLK = 37;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;
    private static final MethodHandle OPEN =
            bind("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle FCNTL =
            bind("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment lock = flock(F_WRLCK);
    private final MemorySegment unlock = flock(F_UNLCK);
    private final int[] files;

    RawLocks(Path folder, int count) {
        files = new int[count];
        for (int i = 0; i < count; i++) {
            files[i] = open(arena.allocateFrom(folder.resolve("raw" + i).toString()));
        }
    }

    /** Locks all files, then unlocks all. */
    void run() {
        each(lock);
        each(unlock);
    }

    private void each(MemorySegment what) {
        for (int file : files) {
            check(fcntl(file, what));
        }
    }

    private MemorySegment flock(short type) {
        // Type, whence, start, length and pid; a length of 0 is the whole file.
        MemorySegment flock = arena.allocate(32, 8);
        flock.set(JAVA_SHORT, 0, type);
        flock.set(JAVA_LONG, 8, 0);
        return flock;
    }

    private static int open(MemorySegment path) {
        try {
            return check((int) OPEN.invokeExact(path, O_RDWR_CREAT_CLOEXEC, 0600));
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static int fcntl(int file, MemorySegment flock) {
        try {
            return (int) FCNTL.invokeExact(file, F_OFD_SETLK, flock);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static int check(int result) {
        if (result < 0) {
            throw new IllegalStateException("a call of the C library failed");
        }
        return result;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), type, Linker.Option.firstVariadicArg(2));
    }
}

package dev.glia.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A file in memory: it is in no folder, so that nothing is left of it however the processes end
 * that use it. Not thread-safe.
 */
public final class MemoryFile implements AutoCloseable {
    private static final MethodHandle MEMFD_CREATE =
            Libc.function("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle FTRUNCATE =
            Libc.function("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FCNTL =
            Libc.variadic(2, "fcntl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final int CLOSE_ON_EXEC_AND_ALLOW_SEALING = 1 | 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int SEAL_AND_SHRINK_AND_GROW = 1 | 2 | 4;

    private final Libc libc = new Libc();
    private final int descriptor;

    /**
     * Makes an empty one.
     *
     * @param purpose what listings of open files show
     * @throws NrtException NRT_RESOURCE when the system gives none
     */
    public MemoryFile(String purpose) {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment name = call.allocateFrom(purpose);
            int flags = CLOSE_ON_EXEC_AND_ALLOW_SEALING;
            descriptor =
                    require(
                            "there is no file in memory",
                            libc.call(errno -> (int) MEMFD_CREATE.invokeExact(errno, name, flags)));
        }
    }

    /**
     * Gives it a size that nobody can change, here or in another process: whoever took memory away
     * from one that uses it would end that.
     *
     * @param bytes the size, of zeros
     * @throws NrtException NRT_RESOURCE when the system refuses
     */
    public void fix(long bytes) {
        String what = "there are no " + bytes + " bytes of shared memory";
        int seals = SEAL_AND_SHRINK_AND_GROW;
        require(what, libc.call(errno -> (int) FTRUNCATE.invokeExact(errno, descriptor, bytes)));
        require(
                what,
                libc.call(errno -> (int) FCNTL.invokeExact(errno, descriptor, F_ADD_SEALS, seals)));
    }

    private static int require(String what, long result) {
        if (result < 0) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE, what + " (" + Libc.describe(result) + ")");
        }
        return (int) result;
    }

    /** {@return where this process finds it} */
    public Path path() {
        return DESCRIPTORS.resolve(Integer.toString(descriptor));
    }

    /** Gives it up; it is gone when nobody else uses it. To be called once. */
    @Override
    public void close() {
        Libc.close(descriptor);
    }
}

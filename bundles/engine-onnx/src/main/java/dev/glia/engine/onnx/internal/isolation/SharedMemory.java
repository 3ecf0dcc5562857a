package dev.glia.engine.onnx.internal.isolation;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.posix.Libc;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that another process of this user may map: it has no name, and is gone with the last
 * process that uses it, however that ends. Nobody can change its size, so that no process takes it
 * away under another one, which would be the end of that.
 */
final class SharedMemory implements AutoCloseable {
    private static final MethodHandle MEMFD_CREATE =
            Libc.function("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle FTRUNCATE =
            Libc.function("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FCNTL =
            Libc.variadic(2, "fcntl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

    private static final int CLOSE_ON_EXEC_AND_ALLOW_SEALING = 1 | 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int SEAL_AND_SHRINK_AND_GROW = 1 | 2 | 4;

    private final int descriptor;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    /** Makes zeroed memory of a size; there is none of zero bytes. */
    SharedMemory(long bytes) {
        long size = Math.max(1, bytes);
        Libc libc = new Libc();
        try (Arena call = Arena.ofConfined()) {
            MemorySegment name = call.allocateFrom("glia-core");
            int flags = CLOSE_ON_EXEC_AND_ALLOW_SEALING;
            descriptor = made(size, libc.call(e -> (int) MEMFD_CREATE.invokeExact(e, name, flags)));
        }
        try {
            made(size, libc.call(e -> (int) FTRUNCATE.invokeExact(e, descriptor, size)));
            int seals = SEAL_AND_SHRINK_AND_GROW;
            made(size, libc.call(e -> (int) FCNTL.invokeExact(e, descriptor, F_ADD_SEALS, seals)));
            memory = map(path(), size, arena);
        } catch (RuntimeException | Error failure) {
            close();
            throw failure;
        }
    }

    private static int made(long bytes, long result) {
        if (result < 0) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "an isolated core gets no %d bytes of shared memory (%s)"
                            .formatted(bytes, Libc.describe(result)));
        }
        return (int) result;
    }

    MemorySegment memory() {
        return memory;
    }

    /**
     * {@return where other processes find it while this one lives and keeps it} The process has the
     * number that this view of {@code /proc} gives it, whatever its own namespace says.
     */
    Path path() {
        try {
            return Path.of("/proc/self")
                    .toRealPath()
                    .resolve("fd")
                    .resolve(Integer.toString(descriptor));
        } catch (IOException noProc) {
            throw unusable(0, noProc);
        }
    }

    /** Tells another process where it is. */
    void write(DataOutput out) throws IOException {
        out.writeUTF(path().toString());
        out.writeLong(memory.byteSize());
    }

    /** {@return the memory of another process, for as long as an arena lives} */
    static MemorySegment read(DataInput in, Arena arena) throws IOException {
        return map(Path.of(in.readUTF()), in.readLong(), arena);
    }

    /** An interrupt of the thread closes the file, and has to wait. */
    private static MemorySegment map(Path path, long bytes, Arena arena) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try (FileChannel file =
                        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    return file.map(MapMode.READ_WRITE, 0, bytes, arena);
                } catch (ClosedByInterruptException again) {
                    interrupted = Thread.interrupted();
                }
            }
        } catch (IOException unusable) {
            throw unusable(bytes, unusable);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static NrtException unusable(long bytes, IOException reason) {
        return new NrtException(
                NrtStatus.NRT_RESOURCE,
                "cannot share %d bytes of memory with the process of a core (%s)"
                        .formatted(bytes, reason),
                reason);
    }

    @Override
    public void close() {
        arena.close();
        Libc.close(descriptor);
    }
}

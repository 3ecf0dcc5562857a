package dev.glia.engine.onnx.internal.isolation;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that another process of this user may map: it has no name, and is gone with the last
 * process that uses it, however that ends.
 */
final class SharedMemory implements AutoCloseable {
    private static final long PID = ProcessHandle.current().pid();
    private static final int CLOSE_ON_EXEC = 1;
    private static final MethodHandle MEMFD_CREATE = function("memfd_create", ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT);

    private final int descriptor;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    /** Makes zeroed memory of a size. */
    SharedMemory(long bytes) {
        try (Arena call = Arena.ofConfined()) {
            descriptor =
                    (int) MEMFD_CREATE.invokeExact(call.allocateFrom("glia-core"), CLOSE_ON_EXEC);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        if (descriptor < 0) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "there is no shared memory for an isolated core; raise the limit of open files");
        }
        try {
            // A mapping beyond the end makes the file longer; there is none of zero bytes.
            memory = map(path(), Math.max(1, bytes), arena);
        } catch (NrtException full) {
            close();
            throw full;
        }
    }

    MemorySegment memory() {
        return memory;
    }

    /** {@return where other processes find it while this one lives and keeps it} */
    Path path() {
        return Path.of("/proc", Long.toString(PID), "fd", Integer.toString(descriptor));
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
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "cannot share %d bytes of memory with the process of a core (%s)"
                            .formatted(bytes, unusable),
                    unusable);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        arena.close();
        try {
            int _ = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(JAVA_INT, parameters));
    }
}

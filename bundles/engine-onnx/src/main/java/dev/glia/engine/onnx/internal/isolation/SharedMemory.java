package dev.glia.engine.onnx.internal.isolation;

import dev.glia.posix.HostMemory;
import dev.glia.posix.MemoryFile;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Memory that another process of this user may map. Neither can change its size. */
final class SharedMemory implements AutoCloseable {
    private final MemoryFile file = new MemoryFile("glia-core");
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    /** Makes zeroed memory of a size; there is none of zero bytes. */
    SharedMemory(long bytes) {
        long size = Math.max(1, bytes);
        try {
            HostMemory.here().require(size, "memory that is shared with the process of a core");
            file.fix(size);
            memory = map(file.path(), size, arena);
        } catch (RuntimeException | Error failure) {
            close();
            throw failure;
        }
    }

    MemorySegment memory() {
        return memory;
    }

    /** {@return where other processes find it while this one lives and keeps it} */
    Path path() {
        return forOthers(file.path());
    }

    /**
     * {@return where other processes find an open file of this one} The process has the number that
     * this view of {@code /proc} gives it, whatever its own namespace says.
     *
     * @param descriptor where this process finds it
     */
    static Path forOthers(Path descriptor) {
        try {
            return Path.of("/proc/self")
                    .toRealPath()
                    .resolve("fd")
                    .resolve(descriptor.getFileName());
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
                "cannot share %s bytes of memory with the process of a core (%s)"
                        .formatted(bytes, reason),
                reason);
    }

    @Override
    public void close() {
        arena.close();
        file.close();
    }
}

package dev.glia.engine.onnx.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A file in memory for what ONNX Runtime writes: it is in no folder, so that nothing is left of it
 * however the process ends.
 */
final class MemoryFile implements AutoCloseable {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final int CLOSE_ON_EXEC = 1;
    private static final MethodHandle MEMFD_CREATE = function("memfd_create", ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT);

    private final int descriptor;

    /** Makes an empty one. */
    MemoryFile() {
        try (Arena call = Arena.ofConfined()) {
            descriptor =
                    (int)
                            MEMFD_CREATE.invokeExact(
                                    call.allocateFrom("glia-compile"), CLOSE_ON_EXEC);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        if (descriptor < 0) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "there is no file in memory to compile in; raise the limit of open files");
        }
    }

    /** {@return where this process finds it} */
    Path path() {
        return DESCRIPTORS.resolve(Integer.toString(descriptor));
    }

    /** {@return the file, to be read} */
    FileChannel open() throws IOException {
        return FileChannel.open(path());
    }

    @Override
    public void close() {
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

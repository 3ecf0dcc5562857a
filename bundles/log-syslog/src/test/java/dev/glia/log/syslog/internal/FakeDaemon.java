package dev.glia.log.syslog.internal;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.posix.Libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The receiving end of a syslog socket. */
final class FakeDaemon implements AutoCloseable {
    private static final int MSG_DONTWAIT = 0x40;

    private final Path path;
    private final int descriptor;

    FakeDaemon(Path path) throws Throwable {
        this.path = path;
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle socket = function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
            descriptor = (int) socket.invokeExact(1, 2, 0);
            MethodHandle bind = function("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
            MemorySegment address = LocalSocket.address(arena, path);
            assertThat((int) bind.invokeExact(descriptor, address, (int) address.byteSize()))
                    .isZero();
        }
    }

    /** {@return the oldest message that waits, or an empty text} */
    String receive() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle recv = function("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
            MemorySegment bytes = arena.allocate(65_536);
            long length =
                    (long) recv.invokeExact(descriptor, bytes, bytes.byteSize(), MSG_DONTWAIT);
            return length < 0
                    ? ""
                    : new String(
                            bytes.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        Libc.close(descriptor);
        Files.delete(path);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(
            String name, MemoryLayout result, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }
}

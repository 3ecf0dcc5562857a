package dev.glia.log.syslog.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.glia.posix.Libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A connected datagram socket of the Unix domain, which Java itself does not have. Never blocks.
 * Not thread-safe.
 */
final class LocalSocket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
    private static final int LONGEST_PATH = 107;
    private static final int CLOSED = -1;

    private static final MethodHandle SOCKET =
            Libc.function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CONNECT =
            Libc.function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SEND =
            Libc.function("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

    private final Libc libc = new Libc();
    private final Path path;
    private int descriptor = CLOSED;

    private LocalSocket(Path path) {
        this.path = path;
    }

    /** Nobody listens at the path. */
    static final class NobodyThereException extends IOException {
        private static final long serialVersionUID = 1L;

        NobodyThereException(String message) {
            super(message);
        }
    }

    /** The listener does not keep up. */
    static final class FullException extends IOException {
        private static final long serialVersionUID = 1L;

        FullException(String message) {
            super(message);
        }
    }

    static LocalSocket connect(Path path) throws IOException {
        var socket = new LocalSocket(path);
        try {
            socket.connect();
            return socket;
        } catch (IOException | RuntimeException | Error failure) {
            socket.close();
            throw failure;
        }
    }

    private void connect() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            long made =
                    libc.call(
                            errno ->
                                    (int)
                                            SOCKET.invokeExact(
                                                    errno, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0));
            if (made < 0) {
                throw new IOException("no socket for " + path + ": " + Libc.describe(made));
            }
            descriptor = (int) made;
            int size = (int) address.byteSize();
            int error =
                    (int)
                            -libc.call(
                                    errno ->
                                            (int)
                                                    CONNECT.invokeExact(
                                                            errno, descriptor, address, size));
            if (error != 0) {
                String message = "cannot connect to " + path + ": " + Libc.describe(-error);
                throw error == Libc.ENOENT || error == Libc.ECONNREFUSED || error == Libc.ENOTDIR
                        ? new NobodyThereException(message)
                        : new IOException(message);
            }
        }
    }

    /** The sockaddr_un of a path: the family, the path, a zero byte. */
    static MemorySegment address(Arena arena, Path path) throws IOException {
        MemorySegment name = Libc.path(arena, path);
        if (name.byteSize() > LONGEST_PATH + 1) {
            throw new IOException(
                    path + " is too long for a socket: at most " + LONGEST_PATH + " bytes");
        }
        MemorySegment address = arena.allocate(2 + LONGEST_PATH + 1, 2);
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        address.asSlice(2).copyFrom(name);
        return address;
    }

    void send(byte[] datagram) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, datagram);
            long size = bytes.byteSize();
            long sent =
                    libc.call(
                            errno ->
                                    (long)
                                            SEND.invokeExact(
                                                    errno,
                                                    descriptor,
                                                    bytes,
                                                    size,
                                                    MSG_DONTWAIT_NOSIGNAL));
            if (sent == -Libc.EAGAIN || sent == -Libc.ENOBUFS) {
                throw new FullException(path + " is full: its daemon does not keep up");
            }
            if (sent < 0) {
                throw new IOException("cannot send to " + path + ": " + Libc.describe(sent));
            }
        }
    }

    /** Closes it once: the number may be another one's afterwards. */
    @Override
    public void close() {
        if (descriptor != CLOSED) {
            Libc.close(descriptor);
            descriptor = CLOSED;
        }
    }
}

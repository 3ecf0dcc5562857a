package dev.glia.log.syslog.internal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A connected datagram socket of the Unix domain, which Java itself does not have. Never blocks.
 * Not thread-safe.
 */
final class LocalSocket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int ENOTDIR = 20;
    private static final int ENOBUFS = 105;
    private static final int ECONNREFUSED = 111;
    private static final int LONGEST_PATH = 107;

    private final Path path;
    private final int descriptor;

    private LocalSocket(Path path, int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
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
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Libc.errno(arena);
            MemorySegment address = address(arena, path);
            int descriptor = Libc.socket(errno, AF_UNIX, SOCK_DGRAM_CLOEXEC);
            if (descriptor < 0) {
                throw new IOException("no socket for " + path + ": errno " + Libc.value(errno));
            }
            if (Libc.connect(errno, descriptor, address) != 0) {
                int error = Libc.value(errno);
                Libc.close(errno, descriptor);
                String message = "cannot connect to " + path + ": errno " + error;
                throw error == ENOENT || error == ECONNREFUSED || error == ENOTDIR
                        ? new NobodyThereException(message)
                        : new IOException(message);
            }
            return new LocalSocket(path, descriptor);
        }
    }

    /** The sockaddr_un of a path: the family, the path, a zero byte. */
    static MemorySegment address(Arena arena, Path path) throws IOException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > LONGEST_PATH) {
            throw new IOException(
                    path + " is too long for a socket: at most " + LONGEST_PATH + " bytes");
        }
        MemorySegment address = arena.allocate(2 + LONGEST_PATH + 1, 2);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
        return address;
    }

    void send(byte[] datagram) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Libc.errno(arena);
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, datagram);
            while (Libc.send(errno, descriptor, bytes, MSG_DONTWAIT_NOSIGNAL) < 0) {
                int error = Libc.value(errno);
                if (error == EAGAIN || error == ENOBUFS) {
                    throw new FullException(path + " is full: its daemon does not keep up");
                }
                if (error != EINTR) {
                    throw new IOException("cannot send to " + path + ": errno " + error);
                }
            }
        }
    }

    @Override
    public void close() {
        try (Arena arena = Arena.ofConfined()) {
            Libc.close(Libc.errno(arena), descriptor);
        }
    }
}

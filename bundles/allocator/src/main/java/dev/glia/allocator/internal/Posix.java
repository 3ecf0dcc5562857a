package dev.glia.allocator.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The few calls of the C library that file locks need and the JDK has not: open file description
 * locks, which are neither lost when another descriptor of the file is closed nor when a thread is
 * interrupted. Each call returns its result, or the negative error number. Linux, 64 bit. Not
 * thread-safe.
 */
final class Posix {
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;

    static final int EINTR = 4;
    static final int ENOENT = 2;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EISDIR = 21;
    static final int ELOOP = 40;

    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_NOFOLLOW =
            System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;
    private static final int OWNER_ONLY = 0600;

    private static final int F_OFD_GETLK = 36;
    private static final int F_OFD_SETLK = 37;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;

    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_TYPE_CTIME_INO = 0x181;
    private static final int STATX_MODE = 28;
    private static final int STATX_INO = 32;
    private static final int STATX_CTIME = 96;
    private static final int STATX_CTIME_NANOS = 104;
    private static final int STATX_DEVICE = 136;
    private static final int STATX_SIZE = 256;
    private static final int S_IFMT = 0170000;
    private static final int S_IFREG = 0100000;

    /** {@code struct flock}: type, whence, start, length, pid. */
    private static final MemoryLayout FLOCK =
            MemoryLayout.structLayout(
                    JAVA_SHORT.withName("type"),
                    JAVA_SHORT.withName("whence"),
                    MemoryLayout.paddingLayout(4),
                    JAVA_LONG.withName("start"),
                    JAVA_LONG.withName("len"),
                    JAVA_INT.withName("pid"),
                    MemoryLayout.paddingLayout(4));

    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout()
                    .varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN =
            bind(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE =
            bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FCNTL =
            bind(
                    "fcntl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle PREAD =
            bind(
                    "pread",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PWRITE =
            bind(
                    "pwrite",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle STATX =
            bind(
                    "statx",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle STRERROR =
            bind("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    /** Which file it is, whatever its name. */
    record FileId(long device, long inode, boolean regular) {}

    /** Which file it is, and when it, or for a folder its list of names, changed last. */
    record Stamp(long device, long inode, long seconds, int nanos) {}

    private final MemorySegment errno;
    private final MemorySegment flock;
    private final MemorySegment statx;
    private final MemorySegment empty;

    Posix() {
        Arena arena = Arena.ofAuto();
        errno = arena.allocate(Linker.Option.captureStateLayout());
        flock = arena.allocate(FLOCK);
        statx = arena.allocate(STATX_SIZE, Long.BYTES);
        empty = arena.allocateFrom("");
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(
            String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        var all = new ArrayList<>(List.of(options));
        all.add(ERRNO);
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), type, all.toArray(Linker.Option[]::new));
    }

    /**
     * Opens a file. Children do not inherit it, a symbolic link is an error, and a pipe makes
     * nobody wait.
     */
    int open(MemorySegment path, int flags) {
        try {
            int fd;
            do {
                fd =
                        result(
                                (int)
                                        OPEN.invokeExact(
                                                errno,
                                                path,
                                                flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                                                OWNER_ONLY));
            } while (fd == -EINTR);
            return fd;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    void close(int fd) {
        try {
            // Linux closes the descriptor even where it reports an error.
            int ignored = (int) CLOSE.invokeExact(errno, fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** Takes the whole file exclusively, without waiting. */
    int tryLock(int fd) {
        return fcntl(fd, F_OFD_SETLK, F_WRLCK);
    }

    int unlock(int fd) {
        return fcntl(fd, F_OFD_SETLK, F_UNLCK);
    }

    /** Asks, without taking it, whether {@link #tryLock} would be refused: 1 for yes, 0 for no. */
    int isLockedElsewhere(int fd) {
        int result = fcntl(fd, F_OFD_GETLK, F_WRLCK);
        return result < 0 ? result : flock.get(JAVA_SHORT, 0) == F_UNLCK ? 0 : 1;
    }

    private int fcntl(int fd, int command, short type) {
        flock.fill((byte) 0);
        flock.set(JAVA_SHORT, 0, type);
        try {
            int result;
            do {
                result = result((int) FCNTL.invokeExact(errno, fd, command, flock));
            } while (result == -EINTR);
            return result;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    long read(int fd, MemorySegment target, long offset) {
        try {
            long count;
            do {
                count =
                        result(
                                (long)
                                        PREAD.invokeExact(
                                                errno, fd, target, target.byteSize(), offset));
            } while (count == -EINTR);
            return count;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    long write(int fd, MemorySegment source, long offset) {
        try {
            long count;
            do {
                count =
                        result(
                                (long)
                                        PWRITE.invokeExact(
                                                errno, fd, source, source.byteSize(), offset));
            } while (count == -EINTR);
            return count;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** The file behind a descriptor; {@code null} when it cannot be told. */
    FileId id(int fd) {
        return statx(fd, empty, AT_EMPTY_PATH);
    }

    /** The file that has the name now; {@code null} when there is none. */
    FileId id(MemorySegment path) {
        return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
    }

    /** The stamp of what has the name now; {@code null} when there is nothing. */
    Stamp stamp(MemorySegment path) {
        return ask(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW) < 0
                ? null
                : new Stamp(
                        statx.get(JAVA_LONG, STATX_DEVICE),
                        statx.get(JAVA_LONG, STATX_INO),
                        statx.get(JAVA_LONG, STATX_CTIME),
                        statx.get(JAVA_INT, STATX_CTIME_NANOS));
    }

    private FileId statx(int fd, MemorySegment path, int flags) {
        return ask(fd, path, flags) < 0
                ? null
                : new FileId(
                        statx.get(JAVA_LONG, STATX_DEVICE),
                        statx.get(JAVA_LONG, STATX_INO),
                        (statx.get(JAVA_SHORT, STATX_MODE) & S_IFMT) == S_IFREG);
    }

    private int ask(int fd, MemorySegment path, int flags) {
        try {
            return (int) STATX.invokeExact(errno, fd, path, flags, STATX_TYPE_CTIME_INO, statx);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** What the C library calls an error that one of these calls returned. */
    @SuppressWarnings("restricted")
    String describe(long result) {
        try {
            MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno, (int) -result);
            return text.reinterpret(256).getString(0);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private int result(int result) {
        return result >= 0 ? result : -(int) ERRNO_VALUE.get(errno, 0L);
    }

    private long result(long result) {
        return result >= 0 ? result : -(int) ERRNO_VALUE.get(errno, 0L);
    }

    private static AssertionError impossible(Throwable e) {
        return new AssertionError("a call of the C library threw", e);
    }
}

package dev.glia.allocator.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.glia.posix.Libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The few calls of the C library that file locks need and the JDK has not: open file description
 * locks, which are neither lost when another descriptor of the file is closed nor when a thread is
 * interrupted. Each call returns its result, or the negative error number. Linux, 64 bit. Not
 * thread-safe.
 */
final class Posix {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;

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

    /** Bytes of {@code struct flock}: type, whence, start, length, pid; the type comes first. */
    private static final int FLOCK_SIZE = 32;

    private static final MethodHandle OPEN =
            Libc.variadic(2, "open", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle FCNTL =
            Libc.variadic(2, "fcntl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle PREAD =
            Libc.function("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PWRITE =
            Libc.function("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle STATX =
            Libc.function("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);

    /** Which file it is, whatever its name. */
    record FileId(long device, long inode, boolean regular) {}

    /** Which file it is, and when it, or for a folder its list of names, changed last. */
    record Stamp(long device, long inode, long seconds, int nanos) {}

    private final Libc libc = new Libc();
    private final MemorySegment flock = Arena.ofAuto().allocate(FLOCK_SIZE, Long.BYTES);
    private final MemorySegment statx = Arena.ofAuto().allocate(STATX_SIZE, Long.BYTES);
    private final MemorySegment empty = Arena.ofAuto().allocateFrom("");

    /**
     * Opens a file. Children do not inherit it, a symbolic link is an error, and a pipe makes
     * nobody wait.
     */
    int open(MemorySegment path, int flags) {
        int all = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
        return (int) libc.call(errno -> (int) OPEN.invokeExact(errno, path, all, OWNER_ONLY));
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
        return (int) libc.call(errno -> (int) FCNTL.invokeExact(errno, fd, command, flock));
    }

    long read(int fd, MemorySegment target, long offset) {
        long size = target.byteSize();
        return libc.call(errno -> (long) PREAD.invokeExact(errno, fd, target, size, offset));
    }

    long write(int fd, MemorySegment source, long offset) {
        long size = source.byteSize();
        return libc.call(errno -> (long) PWRITE.invokeExact(errno, fd, source, size, offset));
    }

    /** The file behind a descriptor; {@code null} when it cannot be told. */
    FileId id(int fd) {
        return statx(fd, empty, AT_EMPTY_PATH) < 0 ? null : found();
    }

    /**
     * Whether a name certainly stands for another file now, or for none. A folder that cannot be
     * looked into, or a disk that fails, says nothing.
     */
    boolean hasLost(MemorySegment path, FileId file) {
        long result = statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
        return result < 0
                ? result == -Libc.ENOENT || result == -Libc.ENOTDIR
                : !file.equals(found());
    }

    /** The stamp of what has the name now; {@code null} when there is nothing. */
    Stamp stamp(MemorySegment path) {
        return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW) < 0
                ? null
                : new Stamp(
                        statx.get(JAVA_LONG, STATX_DEVICE),
                        statx.get(JAVA_LONG, STATX_INO),
                        statx.get(JAVA_LONG, STATX_CTIME),
                        statx.get(JAVA_INT, STATX_CTIME_NANOS));
    }

    private FileId found() {
        return new FileId(
                statx.get(JAVA_LONG, STATX_DEVICE),
                statx.get(JAVA_LONG, STATX_INO),
                (statx.get(JAVA_SHORT, STATX_MODE) & S_IFMT) == S_IFREG);
    }

    private long statx(int fd, MemorySegment path, int flags) {
        return libc.call(
                errno ->
                        (int)
                                STATX.invokeExact(
                                        errno, fd, path, flags, STATX_TYPE_CTIME_INO, statx));
    }
}

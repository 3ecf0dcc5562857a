package dev.glia.allocator.internal;

import dev.glia.posix.Libc;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A file of the lock folder, opened once and kept open. When somebody has deleted it, its name may
 * stand for another file by now, which others use: whoever acts on the file confirms afterwards
 * that it still had the name, and acts again if not. Guarded by the allocator.
 */
final class NamedFile {
    private static final int NONE = -1;

    private final Posix posix;
    private final LockFolder folder;
    private final Path path;
    private final MemorySegment name;
    private int fd = NONE;
    private boolean writable;
    private Posix.FileId id;
    private Posix.Stamp confirmed;

    NamedFile(Posix posix, LockFolder folder, String fileName) {
        this.posix = posix;
        this.folder = folder;
        this.path = folder.path().resolve(fileName);
        this.name = Libc.path(Arena.ofAuto(), path);
    }

    Path path() {
        return path;
    }

    int fd() {
        return fd;
    }

    LockFolder.Look look() {
        return folder.look();
    }

    /**
     * Opens the file unless it is open; only to read where that is enough, and no more permitted:
     * whoever looks need not be able to change anything.
     *
     * @param flags {@link Posix#O_CREAT} or 0
     * @return whether it is open; without O_CREAT it may be missing
     */
    boolean open(int flags) {
        boolean looks = (flags & Posix.O_CREAT) == 0;
        if (fd != NONE && (looks || writable)) {
            return true;
        }
        close();
        int opened = posix.open(name, Posix.O_RDWR | flags);
        writable = opened >= 0;
        if (looks && (opened == -Libc.EACCES || opened == -Libc.EROFS)) {
            opened = posix.open(name, Posix.O_RDONLY);
        }
        if (opened == -Libc.ENOENT && looks) {
            return false;
        }
        if (opened == -Libc.ELOOP || opened == -Libc.EISDIR) {
            throw unusual();
        }
        fd = (int) checked(opened);
        id = posix.id(fd);
        if (id == null || !id.regular()) {
            close();
            throw unusual();
        }
        return true;
    }

    /**
     * Confirms that the open file had its name when the folder was looked at; otherwise closes it.
     * Where the folder is as it was the last time, so is the name.
     */
    boolean confirm(LockFolder.Look look) {
        if (look.stamp() != null && look.stamp().equals(confirmed)) {
            return true;
        }
        if (posix.hasLost(name, id)) {
            close();
            return false;
        }
        confirmed = look.settled() ? look.stamp() : null;
        return true;
    }

    void close() {
        if (fd != NONE) {
            Libc.close(fd);
            fd = NONE;
            id = null;
            confirmed = null;
        }
    }

    /** {@return the result of a call on the file, unless it is an error} */
    long checked(long result) {
        if (result == -Libc.ENOENT) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "The folder of "
                            + path
                            + " is gone; an emulated instance that was removed leaves none. Restart this process, which creates it again");
        }
        if (result < 0) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "The file "
                            + path
                            + " cannot be used ("
                            + Libc.describe(result)
                            + "). "
                            + advice((int) -result));
        }
        return result;
    }

    private static String advice(int error) {
        return switch (error) {
            case Libc.EMFILE ->
                    "This process has as many files open as it may: close some, or raise the limit"
                            + " (ulimit -n)";
            case Libc.ENFILE ->
                    "All processes together have as many files open as this host allows";
            default ->
                    "Its folder must be on a local file system that this user may write to, with"
                            + " room left; GLIA_STATE_DIR chooses another";
        };
    }

    private NrtException unusual() {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "The file "
                        + path
                        + " is a symbolic link, a folder or a device. Remove it; it is made again");
    }
}

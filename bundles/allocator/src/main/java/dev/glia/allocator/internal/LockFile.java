package dev.glia.allocator.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A file whose lock means ownership. It is created once, never deleted by Glia, has no content, and
 * is opened once. When somebody has deleted it, its name may stand for another file by now, whose
 * lock others take: each answer is therefore checked against the file that has the name, and given
 * again for that one. Guarded by the allocator.
 */
final class LockFile {
    private static final int NONE = -1;

    private final Posix posix;
    private final Path path;
    private final MemorySegment name;
    private int fd = NONE;
    private Posix.FileId id;
    private boolean held;

    LockFile(Posix posix, Path path) {
        this.posix = posix;
        this.path = path;
        this.name = Arena.ofAuto().allocateFrom(path.toString());
    }

    /** {@return whether this object holds the lock} */
    boolean isHeld() {
        return held;
    }

    /** {@return whether anybody holds the lock}. Takes nothing and creates nothing. */
    boolean isLocked() {
        if (held) {
            return true;
        }
        while (open(Posix.O_RDWR)) {
            int locked = checked(posix.isLockedElsewhere(fd));
            if (isCurrent()) {
                return locked == 1;
            }
            close();
        }
        return false;
    }

    /**
     * Takes the lock unless somebody holds it.
     *
     * @return whether it was taken
     */
    boolean tryLock() {
        if (held) {
            return false;
        }
        while (open(Posix.O_RDWR | Posix.O_CREAT)) {
            int result = posix.tryLock(fd);
            if (result == -Posix.EAGAIN || result == -Posix.EACCES) {
                if (isCurrent()) {
                    return false;
                }
            } else {
                checked(result);
                if (isCurrent()) {
                    held = true;
                    return true;
                }
            }
            close();
        }
        return false;
    }

    /** Gives the lock back, if it is held. */
    void unlock() {
        if (held) {
            held = false;
            if (posix.unlock(fd) < 0) {
                close();
            }
        }
    }

    /** Closes the file, which gives the lock back. */
    void close() {
        held = false;
        if (fd != NONE) {
            posix.close(fd);
            fd = NONE;
        }
    }

    private boolean open(int flags) {
        if (fd != NONE) {
            return true;
        }
        int opened = posix.open(name, flags);
        if (opened == -Posix.ENOENT && (flags & Posix.O_CREAT) == 0) {
            return false;
        }
        if (opened == -Posix.ELOOP || opened == -Posix.EISDIR) {
            throw unusual();
        }
        fd = checked(opened);
        id = posix.id(fd);
        if (id == null || !id.regular()) {
            close();
            throw unusual();
        }
        return true;
    }

    private boolean isCurrent() {
        return id.equals(posix.id(name));
    }

    private int checked(int result) {
        if (result < 0) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "The lock file "
                            + path
                            + " cannot be used ("
                            + posix.describe(result)
                            + "). Its folder must be on a local file system that this user may write to;"
                            + " GLIA_STATE_DIR chooses another");
        }
        return result;
    }

    private NrtException unusual() {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "The lock file "
                        + path
                        + " is a symbolic link, a folder or a device. Remove it; it is made again");
    }
}

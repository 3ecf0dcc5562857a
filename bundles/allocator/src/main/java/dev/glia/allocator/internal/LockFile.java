package dev.glia.allocator.internal;

import dev.glia.posix.Libc;

/**
 * A file whose lock means ownership. It is created once, never deleted while it may be locked, has
 * no content, and is opened once. An answer counts when it is confirmed: the file still had its
 * name afterwards. Guarded by the allocator.
 */
final class LockFile {
    private final Posix posix;
    private final NamedFile file;
    private boolean held;
    private boolean lost;

    LockFile(Posix posix, LockFolder folder, String name) {
        this.posix = posix;
        this.file = new NamedFile(posix, folder, name);
    }

    /** {@return whether this object holds the lock} */
    boolean isHeld() {
        return held;
    }

    /** {@return whether anybody holds the lock}. Takes nothing and creates nothing. */
    boolean isLocked() {
        boolean locked;
        do {
            locked = seemsLocked();
        } while (!confirm(file.look()));
        return locked;
    }

    /** The same, still to be confirmed. */
    boolean seemsLocked() {
        return held || file.open(0) && file.checked(posix.isLockedElsewhere(file.fd())) == 1;
    }

    /**
     * Takes the lock unless somebody holds it.
     *
     * @return whether it was taken
     */
    boolean tryLock() {
        boolean taken;
        do {
            taken = attempt();
        } while (!confirm(file.look()));
        return taken;
    }

    /** The same, still to be confirmed. */
    boolean attempt() {
        if (held) {
            return false;
        }
        file.open(Posix.O_CREAT);
        int result = posix.tryLock(file.fd());
        if (result == -Libc.EAGAIN || result == -Libc.EACCES) {
            return false;
        }
        file.checked(result);
        held = true;
        return true;
    }

    /**
     * Confirms the last answer. If it was about a file that has lost its name, that file is closed,
     * which also gives back its lock.
     */
    boolean confirm(LockFolder.Look look) {
        if (file.fd() < 0 || file.confirm(look)) {
            return true;
        }
        lost |= held;
        held = false;
        return false;
    }

    /** {@return whether the file was taken from under the lock since this was last asked} */
    boolean takeLost() {
        boolean was = lost;
        lost = false;
        return was;
    }

    /** Gives the lock back, if it is held. */
    void unlock() {
        if (held) {
            held = false;
            if (posix.unlock(file.fd()) < 0) {
                close();
            }
        }
    }

    /** Closes the file, which gives the lock back. */
    void close() {
        held = false;
        file.close();
    }
}

package dev.glia.allocator.internal;

import dev.glia.posix.Libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The folder of the lock files. Every name that comes, goes or changes in it changes its stamp, so
 * that one call tells about all files in it. Guarded by the allocator.
 */
final class LockFolder {
    /** The kernel tells times in steps of at most some milliseconds. */
    private static final long STEP_SECONDS = 1;

    private final Posix posix;
    private final Path path;
    private final MemorySegment name;

    /**
     * The folder at one moment.
     *
     * @param stamp its identity and last change, {@code null} when there is none
     * @param settled whether that change is so long ago that a later one has another stamp
     */
    record Look(Posix.Stamp stamp, boolean settled) {}

    LockFolder(Posix posix, Path path) {
        this.posix = posix;
        this.path = path;
        this.name = Libc.path(Arena.ofAuto(), path);
    }

    Path path() {
        return path;
    }

    Look look() {
        Posix.Stamp stamp = posix.stamp(name);
        long now = TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
        return new Look(stamp, stamp != null && now - stamp.seconds() > STEP_SECONDS);
    }
}

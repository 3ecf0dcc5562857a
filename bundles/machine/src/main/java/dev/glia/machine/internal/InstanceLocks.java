package dev.glia.machine.internal;

import dev.glia.posix.PlainFile;
import dev.glia.posix.StateFolder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The kernel locks of all cores of an instance: who has them all is its only user. */
final class InstanceLocks implements AutoCloseable {
    private final List<FileChannel> held = new ArrayList<>();
    private Path refused;

    private InstanceLocks() {}

    /**
     * Takes the locks of all cores, as far as they are free; {@link #refused()} tells.
     *
     * @param locks the folder of the lock files
     * @param cores how many cores the instance has
     */
    static InstanceLocks take(Path locks, int cores) throws IOException {
        var taken = new InstanceLocks();
        try {
            taken.tryLock(locks.resolve("rebuild.lock"));
            for (int core = 0; core < cores && taken.refused == null; core++) {
                taken.tryLock(locks.resolve("nc" + core + ".lock"));
            }
            return taken;
        } catch (IOException | RuntimeException | Error e) {
            taken.close();
            throw e;
        }
    }

    /** {@return the lock that somebody else has; none if all were free} */
    Optional<Path> refused() {
        return Optional.ofNullable(refused);
    }

    private void tryLock(Path file) throws IOException {
        PlainFile.check(file, LinkOption.NOFOLLOW_LINKS);
        FileChannel channel =
                FileChannel.open(
                        file,
                        java.util.Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS),
                        StateFolder.PRIVATE_FILE);
        held.add(channel);
        if (!isFree(channel)) {
            refused = file;
        }
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        for (FileChannel channel : held) {
            channel.close();
        }
    }
}

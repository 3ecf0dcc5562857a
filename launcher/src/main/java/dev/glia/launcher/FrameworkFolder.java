package dev.glia.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The framework's storage: a temporary folder of this process alone, locked while it is used.
 * Folders that killed processes left behind have no lock any more and are removed by the next one.
 */
final class FrameworkFolder implements AutoCloseable {
    private static final String PREFIX = "glia-felix-";
    private static final String LOCK = "lock";
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /**
     * Never touched again by this process: closing another channel on a lock file would drop the
     * lock.
     */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FrameworkFolder(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    static FrameworkFolder create(Path parent) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Path folder;
            try {
                folder = unused(parent.toRealPath());
            } catch (IOException none) {
                throw unusable(parent, none);
            }
            OWN.add(folder);
            try {
                Path lock = folder.resolve(LOCK);
                FileChannel channel =
                        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                if (channel.tryLock() != null && Files.exists(lock)) {
                    sweep(folder.getParent(), Files.getOwner(folder));
                    return new FrameworkFolder(folder, channel);
                }
                channel.close(); // another process swept the folder before it was locked
            } catch (IOException swept) {
                if (attempt == 5) {
                    throw unusable(parent, swept);
                }
            }
        }
    }

    private static IOException unusable(Path parent, IOException why) {
        return new IOException(
                "the temporary folder "
                        + parent
                        + " cannot be used ("
                        + why
                        + "); it must exist, have room and be writable, or"
                        + " -Djava.io.tmpdir=FOLDER names another (for the command line, in GLIA_JAVA_OPTS)",
                why);
    }

    /**
     * A folder of this user alone. Its name need not be secret, because nobody else can put one in
     * its place; random numbers would take longer than all the rest.
     */
    private static Path unused(Path parent) throws IOException {
        String prefix = PREFIX + ProcessHandle.current().pid() + "-";
        while (true) {
            try {
                return Files.createDirectory(
                        parent.resolve(prefix + Long.toHexString(System.nanoTime())), OWNER_ONLY);
            } catch (FileAlreadyExistsException taken) {
                // The clock goes on.
            }
        }
    }

    Path path() {
        return folder;
    }

    private static void sweep(Path parent, UserPrincipal owner) {
        try (var leftovers = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path leftover : leftovers) {
                if (Files.isDirectory(leftover, LinkOption.NOFOLLOW_LINKS)
                        && !OWN.contains(leftover)
                        && Files.getOwner(leftover, LinkOption.NOFOLLOW_LINKS).equals(owner)) {
                    removeUnlocked(leftover);
                }
            }
        } catch (IOException | DirectoryIteratorException someoneElseIsFaster) {
            // Sweeping is a courtesy: the next process tries again.
        }
    }

    private static void removeUnlocked(Path leftover) {
        Path lock = leftover.resolve(LOCK);
        try (FileChannel channel =
                        FileChannel.open(
                                lock,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS);
                FileLock held = channel.tryLock()) {
            if (held != null) {
                remove(leftover);
            }
        } catch (IOException | OverlappingFileLockException inUse) {
            // Somebody works with it, or removes it at this moment.
        }
    }

    private static void remove(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path folder, IOException failure)
                            throws IOException {
                        Files.deleteIfExists(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /** Removes the folder. */
    @Override
    public void close() {
        try (channel) {
            remove(folder);
        } catch (IOException left) {
            // The next process removes what is left.
        }
    }
}

package dev.glia.neff.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file that is being written, beside the one that it becomes when it is whole. It is locked
 * meanwhile: one without a lock was left behind by a killed process, and the next one that writes
 * into the folder removes it. A process that is asked to end removes its own.
 */
final class HalfFile implements AutoCloseable {
    private static final String PREFIX = ".glia-";
    private static final String SUFFIX = ".tmp";

    /** Not opened a second time: to close another channel of a file drops its lock. */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;
    private final Thread hook = new Thread(this::end, "glia-half-file");
    private boolean ended;

    /**
     * Begins one.
     *
     * @param folder the folder of the file that it becomes
     * @throws IOException when nothing can be written there
     * @throws IllegalStateException when the process ends
     */
    HalfFile(Path folder) throws IOException {
        sweep(folder);
        String id = UUID.randomUUID().toString().substring(0, 13);
        path = folder.resolve(PREFIX + id + SUFFIX).toAbsolutePath();
        OWN.add(path);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            channel = open();
        } catch (IOException | RuntimeException | Error refused) {
            forget();
            throw refused;
        }
    }

    private synchronized FileChannel open() throws IOException {
        if (ended) {
            throw new IllegalStateException("the process ends");
        }
        FileChannel opened =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            opened.tryLock();
        } catch (IOException unsupported) {
            // Some file systems have no locks; there, it may be taken for one that was left behind.
        }
        return opened;
    }

    FileChannel channel() {
        return channel;
    }

    /** Takes the place of a file. */
    void become(Path target) throws IOException {
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private synchronized void end() {
        ended = true;
        remove();
    }

    private void remove() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException left) {
            // The next process that writes into this folder tries again.
        }
    }

    private void forget() {
        OWN.remove(path);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It removes the file, or finds that it is gone.
        }
    }

    /** Removes it, unless it has become what it was to be. */
    @Override
    public void close() throws IOException {
        remove();
        forget();
        channel.close();
    }

    private static void sweep(Path folder) {
        try (DirectoryStream<Path> halves =
                Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path half : halves) {
                if (!OWN.contains(half.toAbsolutePath())
                        && Files.isRegularFile(half, LinkOption.NOFOLLOW_LINKS)) {
                    removeUnlocked(half);
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            // Whether the folder can be written to, the file itself shows.
        }
    }

    private static void removeUnlocked(Path half) {
        try (FileChannel channel =
                FileChannel.open(half, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (channel.tryLock() != null) {
                Files.deleteIfExists(half);
            }
        } catch (IOException | OverlappingFileLockException inUse) {
            // Somebody writes it, or removes it at this moment.
        }
    }
}

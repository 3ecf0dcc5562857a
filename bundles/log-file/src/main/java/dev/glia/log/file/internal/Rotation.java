package dev.glia.log.file.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * When a file is moved aside, and to what name: {@code <file>.<time in UTC>}.
 *
 * @param size the most bytes a file may have, 0 for no limit
 * @param every {@link ChronoUnit#HOURS} or {@link ChronoUnit#DAYS} of local time, or {@code null}
 */
record Rotation(long size, ChronoUnit every) {
    static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);
    private static final int PATIENCE_MILLIS = 20;

    /** {@return whether a file should be moved aside before more is written to it} */
    boolean isDue(BasicFileAttributes file, int more, Instant now) {
        if (!file.isRegularFile() || file.size() == 0) {
            return false;
        }
        return size > 0 && file.size() + more > size
                || every != null && file.lastModifiedTime().toInstant().isBefore(begin(now));
    }

    private Instant begin(Instant now) {
        return now.atZone(ZoneId.systemDefault()).truncatedTo(every).toInstant();
    }

    /**
     * Moves a file aside, unless another process does or has done so. The lock is on the file
     * itself, so that nothing is left over, and is gone with a process that dies.
     *
     * @param open the open file
     * @return whether this call moved it
     */
    boolean rotate(Path path, FileChannel open, Object identity) throws IOException {
        return rotate(path, open, identity, () -> LockSupport.parkNanos(1_000_000));
    }

    /** With something else to do than to wait a millisecond, for tests. */
    boolean rotate(Path path, FileChannel open, Object identity, Runnable pause)
            throws IOException {
        try (FileLock mine = lock(open, pause)) {
            if (mine == null || !identity.equals(LogFile.identity(path))) {
                return false;
            }
            Instant now = Instant.now();
            Path target = target(path, now);
            // Later than all that are there: a name that was freed would make the newest the
            // oldest.
            String newest = Archive.newest(path);
            while (target.getFileName().toString().compareTo(newest) <= 0) {
                now = now.plusMillis(1);
                target = target(path, now);
            }
            Files.move(path, target);
            return true;
        } catch (OverlappingFileLockException e) {
            return false; // Another sink of this process is at it.
        }
    }

    /** Waits a little: whoever holds it is about to move the file, or is a stopped process. */
    private static FileLock lock(FileChannel open, Runnable pause) throws IOException {
        FileLock mine = open.tryLock();
        for (int i = 0; mine == null && i < PATIENCE_MILLIS; i++) {
            pause.run();
            mine = open.tryLock();
        }
        return mine;
    }

    private static Path target(Path path, Instant time) {
        return path.resolveSibling(path.getFileName() + "." + STAMP.format(time));
    }
}

package dev.glia.log.file.internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * What becomes of files that were moved aside: the oldest are deleted, and all but the newest
 * compressed. The newest may still get a last record from another process. Works on a thread of its
 * own, so that no record waits.
 */
final class Archive implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_log_file");
    private static final long LEAVE_SECONDS = 2;

    private final int keep;
    private final boolean gzip;
    private final ThreadPoolExecutor worker =
            new ThreadPoolExecutor(
                    1,
                    1,
                    1,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    work -> Thread.ofPlatform().daemon().name("glia-log-archive").unstarted(work));

    /**
     * Creates an archive.
     *
     * @param keep how many files are kept, negative for all
     * @param gzip whether they are compressed
     */
    Archive(int keep, boolean gzip) {
        this.keep = keep;
        this.gzip = gzip;
        worker.allowCoreThreadTimeOut(true);
    }

    /** {@return what a file is called when it is compressed} */
    static Path compressed(Path file) {
        return file.resolveSibling(file.getFileName() + ".gz");
    }

    /** Looks after the files that were moved aside from a path, soon. */
    void tidy(Path path) {
        try {
            worker.execute(
                    () -> {
                        try {
                            tidyNow(path);
                        } catch (IOException e) {
                            LOG.warn(
                                    "the old files of {} cannot be tidied: {}", path, e.toString());
                        }
                    });
        } catch (RejectedExecutionException e) {
            // The sink is closing: the next one will do it.
        }
    }

    private void tidyNow(Path path) throws IOException {
        List<Path> newestFirst = aside(path);
        for (int i = 0; i < newestFirst.size(); i++) {
            Path file = newestFirst.get(i);
            if (keep >= 0 && i >= keep) {
                Files.deleteIfExists(file);
            } else if (gzip && i > 0 && !file.toString().endsWith(".gz")) {
                compress(file);
            }
        }
    }

    /** {@return the name of the newest file that was moved aside from a path, empty for none} */
    static String newest(Path path) throws IOException {
        return aside(path).stream()
                .findFirst()
                .map(file -> file.getFileName().toString().replaceAll("\\.gz$", ""))
                .orElse("");
    }

    private static List<Path> aside(Path path) throws IOException {
        var name =
                Pattern.compile(
                        Pattern.quote(path.getFileName() + ".") + "\\d{8}-\\d{6}-\\d{3}(\\.gz)?");
        try (Stream<Path> files = Files.list(path.getParent())) {
            return files.filter(file -> name.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** Whole or not at all; a lock tells whether another process is at it or died over it. */
    private static void compress(Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".gz.part");
        try (FileChannel out =
                        FileChannel.open(
                                unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock mine = out.tryLock()) {
            if (mine == null) {
                return;
            }
            out.truncate(0);
            try (InputStream in = Files.newInputStream(file)) {
                // Finished, not closed: closing would take the channel from under the lock.
                var zipped = new GZIPOutputStream(Channels.newOutputStream(out));
                in.transferTo(zipped);
                zipped.finish();
            }
            Files.move(unfinished, compressed(file), StandardCopyOption.ATOMIC_MOVE);
            Files.deleteIfExists(file);
        } catch (OverlappingFileLockException e) {
            // Another sink of this process is at it.
        } catch (NoSuchFileException e) {
            Files.deleteIfExists(unfinished); // Another process has done it.
        }
    }

    @Override
    public void close() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(LEAVE_SECONDS, TimeUnit.SECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException e) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}

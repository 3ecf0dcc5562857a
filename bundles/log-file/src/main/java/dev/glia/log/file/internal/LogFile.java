package dev.glia.log.file.internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file that is appended to. A record is one write call on a descriptor opened with O_APPEND, so
 * that records of several processes never mix; when the file is moved away, by this process or
 * another one, the next record starts a new one.
 */
final class LogFile {
    private static final Logger LOG = LoggerFactory.getLogger("NRT.nrt_log_file");
    private static final Duration NOT_AGAIN = Duration.ofMinutes(1);

    private static final int ATTEMPTS = 100;

    private final Path path;
    private final Rotation rotation;
    private final Archive archive;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile FileChannel channel;
    private Object identity = "";
    private Instant rotateAgain = Instant.MIN;

    /** Whether the file ends in the middle of a record, because the disk was full. */
    private boolean torn;

    LogFile(Path path, Rotation rotation, Archive archive) {
        this.path = path.toAbsolutePath();
        this.rotation = rotation;
        this.archive = archive;
    }

    void append(String line, Instant time) throws IOException {
        byte[] bytes = (line + '\n').getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            BasicFileAttributes file = attributes(path);
            if (channel == null || file == null || !identity.equals(identity(file))) {
                file = reopen();
            }
            if (rotation.isDue(file, bytes.length, time) && time.isAfter(rotateAgain)) {
                rotate(time);
            }
            write(ByteBuffer.wrap(torn ? onANewLine(bytes) : bytes));
        } catch (IOException e) {
            close();
            throw new IOException("cannot write " + path + ": " + e, e);
        } finally {
            lock.unlock();
        }
    }

    private static byte[] onANewLine(byte[] record) {
        byte[] all = new byte[record.length + 1];
        all[0] = '\n';
        System.arraycopy(record, 0, all, 1, record.length);
        return all;
    }

    private void write(ByteBuffer record) throws IOException {
        FileChannel open = channel;
        if (open == null) {
            throw new IOException("closed");
        }
        int first = open.write(record);
        torn |= first > 0;
        while (record.hasRemaining()) {
            open.write(record);
        }
        torn = false;
    }

    /** A file that cannot be moved aside is better too long than lost. */
    private void rotate(Instant time) throws IOException {
        try {
            if (rotation.rotate(path, channel, identity)) {
                archive.tidy(path);
            }
        } catch (IOException e) {
            rotateAgain = time.plus(NOT_AGAIN);
            LOG.warn("{} cannot be moved aside and grows: {}", path, e.toString());
        }
        if (!identity.equals(identity(path))) {
            reopen();
        }
    }

    /** Does not wait for a writer: closing is what ends one that hangs. */
    void close() {
        try {
            FileChannel open = channel;
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            // Nothing is buffered here: what could be written was written.
        }
        channel = null;
    }

    private BasicFileAttributes reopen() throws IOException {
        close();
        if (path.getParent() != null) {
            Files.createDirectories(path.getParent());
        }
        BasicFileAttributes opened = openWhatThePathNames();
        Object now = identity(opened);
        torn &= now.equals(identity);
        identity = now;
        return opened;
    }

    /**
     * Another process may move the file aside at any moment: what was opened is the file that the
     * path names only if it names the same one before and after.
     */
    private BasicFileAttributes openWhatThePathNames() throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            BasicFileAttributes before = attributes(path);
            channel = open();
            BasicFileAttributes after = attributes(path);
            if (before != null && after != null && identity(before).equals(identity(after))) {
                return after;
            }
            close();
        }
        throw new IOException("it is moved aside again and again");
    }

    /**
     * Opening a pipe for writing alone would hang until somebody reads, and nothing could end that.
     */
    private FileChannel open() throws IOException {
        BasicFileAttributes there = attributes(path);
        return there != null && there.isOther() && Files.isReadable(path)
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND);
    }

    /** {@return device and inode of whatever the path names now} */
    static Object identity(Path path) throws IOException {
        BasicFileAttributes file = attributes(path);
        return file == null ? "missing" : identity(file);
    }

    private static Object identity(BasicFileAttributes file) {
        return file.fileKey() == null ? "unknown" : file.fileKey();
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}

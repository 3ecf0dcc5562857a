package dev.glia.log.file.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that is appended to. A record is one write call on a descriptor opened with O_APPEND, so
 * that records of several processes never mix; when the file is moved away, the next record starts
 * a new one.
 */
final class LogFile {
    private final Path path;
    private FileChannel channel;
    private Object identity;

    /** Whether the file ends in the middle of a record, because the disk was full. */
    private boolean torn;

    LogFile(Path path) {
        this.path = path.toAbsolutePath();
    }

    synchronized void append(String line) throws IOException {
        try {
            if (channel == null || !identity.equals(currentIdentity())) {
                reopen();
            }
            write(
                    ByteBuffer.wrap(
                            ((torn ? "\n" : "") + line + '\n').getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            close();
            throw new IOException("cannot write " + path + ": " + e, e);
        }
    }

    private void write(ByteBuffer record) throws IOException {
        int first = channel.write(record);
        torn = first > 0;
        while (record.hasRemaining()) {
            channel.write(record);
        }
        torn = false;
    }

    synchronized void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // Nothing is buffered here: what could be written was written.
        }
        channel = null;
    }

    private void reopen() throws IOException {
        close();
        if (path.getParent() != null) {
            Files.createDirectories(path.getParent());
        }
        channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND);
        Object opened = currentIdentity();
        torn &= opened.equals(identity);
        identity = opened;
    }

    /** {@return device and inode of whatever the path names now} */
    private Object currentIdentity() throws IOException {
        try {
            Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            return key == null ? path : key;
        } catch (NoSuchFileException e) {
            return "missing";
        }
    }
}

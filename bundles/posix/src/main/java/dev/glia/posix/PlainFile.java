package dev.glia.posix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Files, and nothing else: a pipe lets whoever opens it wait for another process. */
public final class PlainFile {
    private PlainFile() {}

    /**
     * Opens a file to read.
     *
     * @param file its path
     * @param links NOFOLLOW_LINKS to refuse a link
     * @return what is in it; the caller closes it
     * @throws IOException when it is something else, or cannot be opened
     */
    public static InputStream open(Path file, LinkOption... links) throws IOException {
        check(file, links);
        return Files.newInputStream(file, links);
    }

    /**
     * Refuses what is no file.
     *
     * @param file its path, which may be free
     * @param links NOFOLLOW_LINKS to refuse a link
     * @throws IOException when it is something else
     */
    public static void check(Path file, LinkOption... links) throws IOException {
        try {
            if (!Files.readAttributes(file, BasicFileAttributes.class, links).isRegularFile()) {
                throw new FileSystemException(
                        file.toString(),
                        null,
                        "it is no file but a folder, a link, a pipe or a device");
            }
        } catch (NoSuchFileException free) {
            // Whoever opens it says so, or makes it.
        }
    }
}

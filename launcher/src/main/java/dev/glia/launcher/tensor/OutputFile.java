package dev.glia.launcher.tensor;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Files that are written. A regular one appears whole or not at all: it is written beside its place
 * and renamed. What is a link, a device or a pipe stays that, and is written through.
 */
final class OutputFile {
    private static final long PIECE_BYTES = 1 << 26;
    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    private static final Set<OpenOption> THROUGH =
            Set.of(
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING);

    private OutputFile() {}

    /** Refuses what cannot become a file. */
    static void check(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "it is a folder");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
    }

    static void write(Path file, byte[] header, MemorySegment data) throws IOException {
        check(file);
        if (isOther(file) || Files.isSymbolicLink(file)) {
            writeThrough(file, header, data);
            return;
        }
        // The name is short, because that of the file may be as long as names can be.
        String name = ".glia-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        Path beside = file.resolveSibling(name);
        beside.toFile().deleteOnExit();
        try {
            write(beside, NEW, header, data);
            if (Files.exists(file)) {
                Files.setPosixFilePermissions(beside, Files.getPosixFilePermissions(file));
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException noPlace) {
            // A file that may be written can lie in a folder that takes no other, or be mounted.
            writeThrough(file, header, data);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** {@return whether a path is there and neither a regular file nor a folder} */
    static boolean isOther(Path file) {
        return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    private static void writeThrough(Path file, byte[] header, MemorySegment data)
            throws IOException {
        try {
            write(file, THROUGH, header, data);
        } catch (NoSuchFileException notThere) { // although its folder is
            throw new FileSystemException(file.toString(), null, "no file can be made there");
        }
    }

    private static void write(Path file, Set<OpenOption> how, byte[] header, MemorySegment data)
            throws IOException {
        try (FileChannel channel = FileChannel.open(file, how)) {
            write(channel, MemorySegment.ofArray(header));
            write(channel, data);
        }
    }

    private static void write(FileChannel channel, MemorySegment data) throws IOException {
        for (long at = 0; at < data.byteSize(); ) {
            long length = Math.min(PIECE_BYTES, data.byteSize() - at);
            at += channel.write(data.asSlice(at, length).asByteBuffer());
        }
    }
}

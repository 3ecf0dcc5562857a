package dev.glia.neff.internal;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.glia.neff.NeffMember;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Writes members below a folder. Closed before {@link #keep}, it removes everything that it has
 * created.
 */
final class Unpacking implements TarReader.Sink, AutoCloseable {
    private static final int PIECE = 256 * 1024;
    private static final FileAttribute<Set<PosixFilePermission>> FILE = mode("rw-r--r--");
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER = mode("rwxr-xr-x");

    private final Refusals refusals;
    private final Path root;
    private final List<Path> files = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();
    private boolean kept;

    Unpacking(Path folder, Refusals refusals) {
        this.refusals = refusals;
        this.root = folder.toAbsolutePath();
    }

    private static FileAttribute<Set<PosixFilePermission>> mode(String mode) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    }

    @Override
    public void accept(NeffMember member, Gunzip data) {
        Path file = root.resolve(member.name());
        try (SecureDirectoryStream<Path> folder = made(file.getParent());
                SeekableByteChannel out =
                        folder.newByteChannel(
                                file.getFileName(),
                                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                FILE);
                Arena arena = Arena.ofConfined()) {
            files.add(file);
            copy(member, data, out, arena.allocate(Math.min(PIECE, member.size())));
        } catch (FileAlreadyExistsException exists) {
            throw refusals.invalid(
                    "not unpacked: %s exists and is not overwritten; unpack into an empty folder"
                            .formatted(file.getParent().resolve(exists.getFile())),
                    exists);
        } catch (IOException failed) {
            throw refusals.failed(
                    "not unpacked: %s cannot be written: %s".formatted(file, failed), failed);
        }
    }

    private static void copy(
            NeffMember member, Gunzip data, SeekableByteChannel out, MemorySegment buffer)
            throws IOException {
        for (long done = 0; done < member.size(); done += buffer.byteSize()) {
            MemorySegment piece =
                    buffer.asSlice(0, Math.min(buffer.byteSize(), member.size() - done));
            data.fillPart(piece, done, member.size(), "member " + member.name());
            for (ByteBuffer bytes = piece.asByteBuffer(); bytes.hasRemaining(); ) {
                out.write(bytes);
            }
        }
    }

    /** Opens a folder, and creates what is missing. */
    private SecureDirectoryStream<Path> made(Path folder) throws IOException {
        if (folder.equals(root)) {
            makeRoot(root);
            return opened(root);
        }
        try (SecureDirectoryStream<Path> parent = made(folder.getParent())) {
            try {
                return parent.newDirectoryStream(folder.getFileName(), NOFOLLOW_LINKS);
            } catch (FileSystemException missing) {
                create(folder); // or it says that there is something else
                return parent.newDirectoryStream(folder.getFileName(), NOFOLLOW_LINKS);
            }
        }
    }

    /** The root and what is above it is the caller's: links are followed. */
    private void makeRoot(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            makeRoot(folder.getParent());
            create(folder);
        }
    }

    private void create(Path folder) throws IOException {
        Files.createDirectory(folder, FOLDER);
        folders.add(folder);
    }

    /**
     * Opens a folder from the root on: whoever may write there, and puts a link in the way while
     * this goes on, leads it nowhere.
     */
    private SecureDirectoryStream<Path> opened(Path folder) throws IOException {
        if (folder.equals(root)) {
            return (SecureDirectoryStream<Path>) Files.newDirectoryStream(root);
        }
        try (SecureDirectoryStream<Path> parent = opened(folder.getParent())) {
            return parent.newDirectoryStream(folder.getFileName(), NOFOLLOW_LINKS);
        }
    }

    /** Ends the unpacking well; everything stays. */
    List<Path> keep() {
        kept = true;
        return List.copyOf(files);
    }

    @Override
    public void close() {
        if (!kept) {
            files.forEach(file -> remove(file, SecureDirectoryStream::deleteFile));
            folders.reversed()
                    .forEach(folder -> remove(folder, SecureDirectoryStream::deleteDirectory));
        }
    }

    @FunctionalInterface
    private interface Removal {
        void remove(SecureDirectoryStream<Path> folder, Path name) throws IOException;
    }

    private void remove(Path path, Removal removal) {
        try {
            if (root.startsWith(path)) {
                Files.delete(path);
                return;
            }
            try (SecureDirectoryStream<Path> folder = opened(path.getParent())) {
                removal.remove(folder, path.getFileName());
            }
        } catch (IOException busy) {
            // Somebody put a file of their own into the folder: it is theirs now.
        }
    }
}

package dev.glia.neff.internal;

import dev.glia.neff.NeffMember;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
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
    private final List<Path> created = new ArrayList<>();
    private final Set<Path> known = new HashSet<>();
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
        try {
            require(file.getParent());
            try (FileChannel out =
                            FileChannel.open(
                                    file,
                                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                    FILE);
                    Arena arena = Arena.ofConfined()) {
                created.add(file);
                files.add(file);
                copy(member, data, out, arena.allocate(Math.min(PIECE, member.size())));
            }
        } catch (FileAlreadyExistsException exists) {
            throw refusals.invalid(
                    "not unpacked: %s exists and is not overwritten; unpack into an empty folder"
                            .formatted(exists.getFile()),
                    exists);
        } catch (IOException failed) {
            throw refusals.failed(
                    "not unpacked: %s cannot be written: %s".formatted(file, failed), failed);
        }
    }

    private static void copy(NeffMember member, Gunzip data, FileChannel out, MemorySegment buffer)
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

    /**
     * Creates what is missing. Below the root no link is followed; the root and what is above it is
     * the caller's.
     */
    private void require(Path folder) throws IOException {
        if (!known.add(folder)) {
            return;
        }
        boolean below = folder.startsWith(root) && !folder.equals(root);
        if (!below && Files.isDirectory(folder)) {
            return;
        }
        require(folder.getParent());
        if (!below || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(folder, FOLDER);
            created.add(folder);
        }
    }

    /** Ends the unpacking well; everything stays. */
    List<Path> keep() {
        kept = true;
        return List.copyOf(files);
    }

    @Override
    public void close() {
        if (kept) {
            return;
        }
        for (Path path : created.reversed()) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException busy) {
                // Somebody put a file of their own into the folder: it is theirs now.
                continue;
            }
        }
    }
}

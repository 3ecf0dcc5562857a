package dev.glia.allocator.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file with the owner record of a core. Written only by the holder of the core's lock. Guarded
 * by the allocator.
 */
final class RecordFile {
    /** A reader may see half of a write; the next look sees all of it. */
    private static final int LOOKS = 3;

    private final Posix posix;
    private final Path path;
    private final MemorySegment name;
    private final MemorySegment buffer;
    private boolean readable;

    RecordFile(Posix posix, Path path) {
        this.posix = posix;
        this.path = path;
        Arena arena = Arena.ofAuto();
        this.name = arena.allocateFrom(path.toString());
        this.buffer = arena.allocate(OwnerRecord.SIZE + 1);
    }

    /** {@return the record, if there is one that can be read} */
    Optional<OwnerRecord> read() {
        int fd = posix.open(name, Posix.O_RDONLY);
        if (fd < 0) {
            return Optional.empty();
        }
        try {
            Optional<OwnerRecord> record = Optional.empty();
            for (int look = 0; look < LOOKS && record.isEmpty(); look++) {
                // One byte more than a record has, so that a longer file is noticed.
                long count = posix.read(fd, buffer);
                record =
                        count < 0
                                ? Optional.empty()
                                : OwnerRecord.decode(
                                        buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
            }
            readable = record.isPresent();
            return record;
        } finally {
            posix.close(fd);
        }
    }

    /** Replaces the record, and whatever else the file held if it could not be read. */
    void write(OwnerRecord record) {
        int fd = posix.open(name, Posix.O_RDWR | Posix.O_CREAT | (readable ? 0 : Posix.O_TRUNC));
        if (fd < 0) {
            throw failure(fd);
        }
        try {
            MemorySegment bytes = buffer.asSlice(0, OwnerRecord.SIZE);
            bytes.copyFrom(MemorySegment.ofArray(record.encode()));
            long count = posix.write(fd, bytes);
            if (count != OwnerRecord.SIZE) {
                throw failure(count);
            }
            readable = true;
        } finally {
            posix.close(fd);
        }
    }

    private NrtException failure(long result) {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "The owner record "
                        + path
                        + " cannot be written ("
                        + (result < 0 ? posix.describe(result) : "only " + result + " bytes fit")
                        + "). Make room there and remove the file if it is no ordinary one, or set GLIA_STATE_DIR to"
                        + " another folder");
    }
}

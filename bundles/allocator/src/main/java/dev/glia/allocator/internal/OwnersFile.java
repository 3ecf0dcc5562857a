package dev.glia.allocator.internal;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * The file with the owner records of all cores, one place of fixed size for each, so that those of
 * a claim are read and written at once. The place of a core is written only by the holder of its
 * lock. Guarded by the allocator.
 */
final class OwnersFile {
    private static final String NAME = "owners";

    /** A reader may see half of a write; the next look sees all of it. */
    private static final int LOOKS = 3;

    private final Posix posix;
    private final NamedFile file;
    private final byte[] bytes;
    private final MemorySegment buffer;

    /**
     * Prepares; nothing is opened yet.
     *
     * @param cores how many records are read or written at once at most
     */
    OwnersFile(Posix posix, LockFolder folder, int cores) {
        this.posix = posix;
        this.file = new NamedFile(posix, folder, NAME);
        this.bytes = new byte[cores * OwnerRecord.SIZE];
        this.buffer = Arena.ofAuto().allocate(bytes.length);
    }

    /** {@return the record of a core that anybody may own, if there is one that can be read} */
    Optional<OwnerRecord> read(int core) {
        Optional<OwnerRecord> record = Optional.empty();
        for (int look = 0; look < LOOKS && record.isEmpty(); look++) {
            if (open(0) && load(core, 1) == OwnerRecord.SIZE) {
                record = OwnerRecord.decode(bytes, 0);
            }
        }
        return record;
    }

    /**
     * Reads the fencing numbers of cores that this process has locked.
     *
     * @param places their places, rising
     * @return each of them, 0 where the record cannot be read
     */
    long[] fences(int[] places) {
        long[] fences = new long[places.length];
        if (open(0)) {
            for (int from = 0, to; from < places.length; from = to) {
                to = neighboursEnd(places, from);
                long length = load(places[from], to - from);
                for (int i = 0; i < to - from && (i + 1L) * OwnerRecord.SIZE <= length; i++) {
                    fences[from + i] = OwnerRecord.fence(bytes, i * OwnerRecord.SIZE);
                }
            }
        }
        return fences;
    }

    /**
     * Replaces the records of cores that this process has locked.
     *
     * @param places their places, rising
     */
    void write(int[] places, List<OwnerRecord> records) {
        if (places.length > 0) {
            open(Posix.O_CREAT);
        }
        for (int from = 0, to; from < places.length; from = to) {
            to = neighboursEnd(places, from);
            store(places[from], records.subList(from, to));
        }
    }

    /** Where hidden devices lie between two cores of a process, so do records of others. */
    private static int neighboursEnd(int[] places, int from) {
        int to = from + 1;
        while (to < places.length && places[to] == places[to - 1] + 1) {
            to++;
        }
        return to;
    }

    private void store(int first, List<OwnerRecord> records) {
        for (int i = 0; i < records.size(); i++) {
            records.get(i).encode(bytes, i * OwnerRecord.SIZE);
        }
        int length = records.size() * OwnerRecord.SIZE;
        MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, length);
        long written =
                file.checked(posix.write(file.fd(), buffer.asSlice(0, length), offset(first)));
        if (written != length) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "Only %s of %s bytes of owner records fit into %s. Make room there, or set GLIA_STATE_DIR to another folder"
                            .formatted(written, length, file.path()));
        }
    }

    void close() {
        file.close();
    }

    /** Opens the file that has the name now. */
    private boolean open(int flags) {
        boolean open;
        do {
            open = file.open(flags);
        } while (open && !file.confirm(file.look()));
        return open;
    }

    private long load(int first, int count) {
        int length = count * OwnerRecord.SIZE;
        long read = posix.read(file.fd(), buffer.asSlice(0, length), offset(first));
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, 0, (int) Math.max(read, 0));
        return read;
    }

    private static long offset(int core) {
        return (long) core * OwnerRecord.SIZE;
    }
}

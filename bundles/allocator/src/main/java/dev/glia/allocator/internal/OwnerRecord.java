package dev.glia.allocator.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * What a process writes down about its ownership of a core. It informs people and carries the
 * fencing number; the lock alone decides. On disk it has a fixed size and ends with a checksum over
 * all before it.
 *
 * @param owned whether it was written by an owner; otherwise the last owner has given the core back
 * @param fence rises with each claim of the core
 * @param pid the process
 * @param started when the process started, as the kernel counts: a number used again does not make
 *     another process the owner
 * @param since when it claimed the core
 * @param command its command line
 * @param user its user
 * @param tag its NEURON_PROCESS_TAG, or its pid
 * @param version its version of Glia
 */
record OwnerRecord(
        boolean owned,
        long fence,
        long pid,
        long started,
        Instant since,
        String command,
        String user,
        String tag,
        String version) {

    /** Bytes of a record on disk. */
    static final int SIZE = 4096;

    /** No counting reaches this fencing number; a larger one was not written by Glia. */
    static final long MAX_FENCE = Long.MAX_VALUE / 2;

    private static final int CHECKSUM = Integer.BYTES;
    private static final long MAGIC = 0x474c49412d4f5731L; // GLIA-OW1
    private static final int MAX_COMMAND = 200;
    private static final int MAX_WORD = 100;

    /** Cuts what is too long, and makes it printable: others show it. */
    OwnerRecord {
        command = printable(command, MAX_COMMAND);
        user = printable(user, MAX_WORD);
        tag = printable(tag, MAX_WORD);
        version = printable(version, MAX_WORD);
    }

    /** The same record after the owner has given the core back. */
    OwnerRecord released() {
        return new OwnerRecord(false, fence, pid, started, since, command, user, tag, version);
    }

    /** {@return the record as {@value #SIZE} bytes} */
    byte[] encode() {
        var bytes = new ByteArrayOutputStream(SIZE);
        try (var out = new DataOutputStream(bytes)) {
            out.writeLong(MAGIC);
            out.writeBoolean(owned);
            out.writeLong(fence);
            out.writeLong(pid);
            out.writeLong(started);
            out.writeLong(since.toEpochMilli());
            out.writeUTF(command);
            out.writeUTF(user);
            out.writeUTF(tag);
            out.writeUTF(version);
            out.write(new byte[SIZE - CHECKSUM - out.size()]);
            out.writeInt(checksum(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads a record from bytes that anything may have happened to.
     *
     * @param bytes the content of the file
     * @return the record, or nothing if it is not exactly what {@link #encode()} makes
     */
    static Optional<OwnerRecord> decode(byte[] bytes) {
        if (bytes.length != SIZE
                || ByteBuffer.wrap(bytes).getInt(SIZE - CHECKSUM) != checksum(bytes)) {
            return Optional.empty();
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readLong() != MAGIC) {
                return Optional.empty();
            }
            var record =
                    new OwnerRecord(
                            in.readBoolean(),
                            in.readLong(),
                            in.readLong(),
                            in.readLong(),
                            Instant.ofEpochMilli(in.readLong()),
                            in.readUTF(),
                            in.readUTF(),
                            in.readUTF(),
                            in.readUTF());
            boolean plausible = record.fence > 0 && record.fence <= MAX_FENCE && record.pid > 0;
            return plausible ? Optional.of(record) : Optional.empty();
        } catch (IOException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static int checksum(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes, 0, SIZE - CHECKSUM);
        return (int) crc.getValue();
    }

    private static String printable(String text, int max) {
        var kept = new StringBuilder();
        text.codePoints()
                .limit(max)
                .map(
                        c ->
                                Character.isISOControl(c)
                                                || Character.getType(c) == Character.SURROGATE
                                        ? '?'
                                        : c)
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }
}

package dev.glia.allocator.internal;

import dev.glia.core.ProcessIdentity;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * What a process writes down about its ownership of a core. It informs people and carries the
 * fencing number; the lock alone decides. On disk it has a fixed size and ends with a checksum over
 * all before it.
 *
 * @param owned whether it was written by an owner; otherwise the last owner has given the core back
 * @param fence rises with each claim of the core
 * @param process the process: a number used again does not make another one the owner
 * @param token the process once more, told from all of all hosts by chance
 * @param since when it claimed the core
 * @param command its command line
 * @param user its user
 * @param tag its NEURON_PROCESS_TAG, or its pid
 * @param version its version of Glia
 * @param host the host name that it sees: in a container, that of the container
 * @param quarantined whether the owner has put the core out of service
 */
record OwnerRecord(
        boolean owned,
        long fence,
        ProcessIdentity process,
        long token,
        Instant since,
        String command,
        String user,
        String tag,
        String version,
        String host,
        boolean quarantined) {

    /** Bytes of a record on disk. */
    static final int SIZE = 1024;

    /** No counting reaches this fencing number; a larger one was not written by Glia. */
    static final long MAX_FENCE = Long.MAX_VALUE / 2;

    private static final int CHECKSUM_AT = SIZE - Integer.BYTES;
    private static final int FENCE_AT = Long.BYTES;
    private static final long MAGIC = 0x474c49412d4f5733L; // GLIA-OW3
    private static final int MAX_COMMAND = 400;
    private static final int MAX_TAG = 300;
    private static final int MAX_WORD = 90;
    private static final int MAX_HOST = 64;

    /** Cuts what is too long, and makes it printable: others show it. */
    OwnerRecord {
        command = printable(command, MAX_COMMAND);
        user = printable(user, MAX_WORD);
        tag = printable(tag, MAX_TAG);
        version = printable(version, MAX_WORD);
        host = printable(host, MAX_HOST);
    }

    /** The same record after the owner has given the core back. */
    OwnerRecord released() {
        return with(false, false);
    }

    /** The same record of a core that is out of service, or no longer is. */
    OwnerRecord noted(boolean outOfService) {
        return with(owned, outOfService);
    }

    private OwnerRecord with(boolean nowOwned, boolean outOfService) {
        return new OwnerRecord(
                nowOwned,
                fence,
                process,
                token,
                since,
                command,
                user,
                tag,
                version,
                host,
                outOfService);
    }

    /** Writes the record as {@value #SIZE} bytes. */
    void encode(byte[] target, int offset) {
        Arrays.fill(target, offset, offset + SIZE, (byte) 0);
        ByteBuffer out =
                ByteBuffer.wrap(target, offset, SIZE)
                        .putLong(MAGIC)
                        .putLong(fence)
                        .put((byte) (owned ? 1 : 0))
                        .putLong(process.namespace())
                        .putLong(process.pid())
                        .putLong(process.started())
                        .putLong(token)
                        .putLong(since.toEpochMilli());
        for (String text : List.of(command, user, tag, version, host)) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            out.putShort((short) bytes.length).put(bytes);
        }
        out.put((byte) (quarantined ? 1 : 0));
        out.putInt(offset + CHECKSUM_AT, checksum(target, offset));
    }

    /**
     * Reads a record from bytes that anything may have happened to.
     *
     * @return the record, or nothing if it is not exactly what {@link #encode} makes
     */
    static Optional<OwnerRecord> decode(byte[] bytes, int offset) {
        if (fence(bytes, offset) == 0) {
            return Optional.empty();
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes, offset, CHECKSUM_AT).position(offset + FENCE_AT);
            long fence = in.getLong();
            boolean owned = in.get() == 1;
            var process = new ProcessIdentity(in.getLong(), in.getLong(), in.getLong());
            long token = in.getLong();
            Instant since = Instant.ofEpochMilli(in.getLong());
            var record =
                    new OwnerRecord(
                            owned,
                            fence,
                            process,
                            token,
                            since,
                            text(in),
                            text(in),
                            text(in),
                            text(in),
                            text(in),
                            in.get() == 1);
            return process.pid() > 0 ? Optional.of(record) : Optional.empty();
        } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /** {@return the fencing number of a record, 0 when it is damaged} */
    static long fence(byte[] bytes, int offset) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getLong(offset) != MAGIC
                || in.getInt(offset + CHECKSUM_AT) != checksum(bytes, offset)) {
            return 0;
        }
        long fence = in.getLong(offset + FENCE_AT);
        return fence > 0 && fence <= MAX_FENCE ? fence : 0;
    }

    private static String text(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        var text =
                new String(
                        in.array(),
                        in.position(),
                        checkedLength(in, length),
                        StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }

    private static int checkedLength(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return length;
    }

    private static int checksum(byte[] bytes, int offset) {
        var crc = new CRC32();
        crc.update(bytes, offset, CHECKSUM_AT);
        return (int) crc.getValue();
    }

    private static String printable(String text, int maxBytes) {
        if (text.length() <= maxBytes && text.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            return text;
        }
        var kept = new StringBuilder();
        int bytes = 0;
        for (int c : text.codePoints().limit(maxBytes).toArray()) {
            boolean bad = Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
            int next = bad ? '?' : c;
            bytes += Character.toString(next).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > maxBytes) {
                break;
            }
            kept.appendCodePoint(next);
        }
        return kept.toString();
    }
}

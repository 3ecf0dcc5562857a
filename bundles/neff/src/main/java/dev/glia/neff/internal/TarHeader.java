package dev.glia.neff.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One 512-byte block in front of a member, as ustar or the older GNU format writes it. */
final class TarHeader {
    static final int BLOCK = 512;

    private static final int NAME = 0;
    private static final int NAME_BYTES = 100;
    private static final int SIZE = 124;
    private static final int SIZE_BYTES = 12;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_BYTES = 8;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int MAGIC_BYTES = 8;
    private static final int PREFIX = 345;
    private static final int PREFIX_BYTES = 155;

    private static final String USTAR = "ustar\0" + "00";
    private static final String GNU = "ustar  \0";

    private static final Map<Character, String> REFUSED =
            Map.of(
                    '1', "a hard link",
                    '2', "a symbolic link",
                    '3', "a character device",
                    '4', "a block device",
                    '6', "a named pipe",
                    'x', "a PAX extended header",
                    'g', "a global PAX header",
                    'L', "a GNU long name",
                    'K', "a GNU long link");

    private final byte[] block;
    private final long offset;
    private final Refusals refusals;

    TarHeader(MemorySegment block, long offset, Refusals refusals) {
        this.block = block.toArray(ValueLayout.JAVA_BYTE);
        this.offset = offset;
        this.refusals = refusals;
    }

    boolean isEnd() {
        for (byte value : block) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    /** Checks everything but the name; the type is a file or a folder afterwards. */
    void check() {
        String magic = new String(block, MAGIC, MAGIC_BYTES, StandardCharsets.ISO_8859_1);
        if (!magic.equals(USTAR) && !magic.equals(GNU)) {
            throw wrong("magic", MAGIC, "\"" + magic + "\"", "\"ustar\"");
        }
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean inChecksum = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES;
            sum += inChecksum ? ' ' : block[i] & 0xff;
        }
        long stored = number("checksum", CHECKSUM, CHECKSUM_BYTES);
        if (sum != stored) {
            throw wrong("checksum", CHECKSUM, stored, sum + ", as computed");
        }
        char type = (char) (block[TYPE] & 0xff);
        if (!isFile() && !isFolder()) {
            throw wrong(
                    "type",
                    TYPE,
                    "'" + type + "' (" + REFUSED.getOrDefault(type, "unknown") + ")",
                    "'0' (a file) or '5' (a folder), packed as plain ustar");
        }
        if (isFolder() && size() != 0) {
            throw wrong("size", SIZE, size(), "0 for a folder");
        }
        if (size() > Bounds.INFLATED_SIZE) {
            throw wrong("size", SIZE, size(), "at most " + Bounds.INFLATED_SIZE);
        }
    }

    boolean isFile() {
        return block[TYPE] == '0' || block[TYPE] == 0;
    }

    boolean isFolder() {
        return block[TYPE] == '5';
    }

    long size() {
        return number("size", SIZE, SIZE_BYTES);
    }

    /** The name as it stands there; a folder may end with a slash, which is left out. */
    ByteBuffer name() {
        ByteBuffer name = ByteBuffer.allocate(PREFIX_BYTES + 1 + NAME_BYTES);
        // Only POSIX has a prefix here; the GNU format keeps times in the same place.
        if (block[PREFIX] != 0 && block[MAGIC + 5] == 0) {
            name.put(block, PREFIX, length(PREFIX, PREFIX_BYTES)).put((byte) '/');
        }
        name.put(block, NAME, length(NAME, NAME_BYTES)).flip();
        boolean slash = name.hasRemaining() && name.get(name.limit() - 1) == '/';
        return isFolder() && slash && name.limit() > 1 ? name.limit(name.limit() - 1) : name;
    }

    private int length(int at, int most) {
        int end = at;
        while (end < at + most && block[end] != 0) {
            end++;
        }
        for (int i = end; i < at + most; i++) {
            if (block[i] != 0) {
                throw wrong(
                        "name",
                        at,
                        "text that goes on behind a zero byte",
                        "text, then only zeros");
            }
        }
        return end - at;
    }

    private long number(String field, int at, int length) {
        return (block[at] & 0x80) != 0 ? base256(field, at, length) : octal(field, at, length);
    }

    private long base256(String field, int at, int length) {
        if ((block[at] & 0x40) != 0) {
            throw wrong(field, at, "a negative number", "0 or more");
        }
        long value = block[at] & 0x3f;
        for (int i = at + 1; i < at + length; i++) {
            if (value > Long.MAX_VALUE >> 8) {
                throw wrong(field, at, "2^63 or more", "a number below that");
            }
            value = value << 8 | block[i] & 0xff;
        }
        return value;
    }

    private long octal(String field, int at, int length) {
        String digits = new String(block, at, length, StandardCharsets.ISO_8859_1);
        int end = digits.indexOf('\0') < 0 ? length : digits.indexOf('\0');
        String trimmed = digits.substring(0, end).strip();
        if (trimmed.isEmpty() || !trimmed.chars().allMatch(c -> c >= '0' && c <= '7')) {
            throw wrong(
                    field,
                    at,
                    "\"" + digits.substring(0, end) + "\"",
                    "octal digits, or a base-256 number");
        }
        return Long.parseLong(trimmed, 8);
    }

    private RuntimeException wrong(String field, int at, Object found, String accepted) {
        String name = new String(block, NAME, NAME_BYTES, StandardCharsets.ISO_8859_1);
        int zero = name.indexOf('\0');
        return refusals.member(
                zero < 0 ? name : name.substring(0, zero),
                "tar field %s at archive offset %d".formatted(field, offset + at),
                found,
                accepted);
    }
}

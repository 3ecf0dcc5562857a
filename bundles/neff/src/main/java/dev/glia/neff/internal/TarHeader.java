package dev.glia.neff.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One 512-byte block in front of a member, as ustar, GNU or the seventh Unix writes it. */
final class TarHeader {
    static final int BLOCK = 512;

    /** What follows it. */
    enum Kind {
        FILE,
        FOLDER,
        PAX_RECORDS,
        LONG_NAME
    }

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

    /** Behind it stands a version, which nobody needs. */
    private static final String USTAR = "ustar\0";

    private static final String GNU = "ustar  \0";

    /** The seventh Unix had none. */
    private static final String NONE = "\0".repeat(MAGIC_BYTES);

    private static final Map<Character, String> REFUSED =
            Map.of(
                    '1', "a hard link",
                    '2', "a symbolic link",
                    '3', "a character device",
                    '4', "a block device",
                    '6', "a named pipe",
                    'K', "a GNU long link",
                    'D', "a GNU folder with a list",
                    'M', "the rest of a file from another volume",
                    'S', "a sparse file",
                    'V', "a volume label");

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

    /** Checks everything but the name, and tells what follows. */
    Kind check() {
        requireMagic();
        requireChecksum();
        Kind kind = kind();
        if (kind == Kind.FOLDER && size() != 0) {
            throw wrong("size", SIZE, size(), "0 for a folder");
        }
        if (size() > Bounds.INFLATED_SIZE) {
            throw wrongSize(Bounds.INFLATED_SIZE);
        }
        return kind;
    }

    private void requireMagic() {
        String magic = magic();
        if (magic.startsWith(USTAR)) {
            return;
        }
        if (!magic.equals(GNU) && !magic.equals(NONE)) {
            throw wrong("magic", MAGIC, "\"" + magic + "\"", "\"ustar\", or none");
        }
        // Readers do not agree whether this is a part of the name.
        for (int i = PREFIX; i < PREFIX + PREFIX_BYTES; i++) {
            if (block[i] != 0) {
                throw wrong(
                        "prefix", PREFIX, "not empty", "only zeros, unless the magic is POSIX's");
            }
        }
    }

    private String magic() {
        return new String(block, MAGIC, MAGIC_BYTES, StandardCharsets.ISO_8859_1);
    }

    /** Old archivers took the bytes for signed ones. */
    private void requireChecksum() {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean inChecksum = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES;
            unsigned += inChecksum ? ' ' : block[i] & 0xff;
            signed += inChecksum ? ' ' : block[i];
        }
        long stored = number("checksum", CHECKSUM, CHECKSUM_BYTES);
        if (stored != unsigned && stored != signed) {
            throw wrong("checksum", CHECKSUM, stored, unsigned + ", as computed");
        }
    }

    private Kind kind() {
        char type = (char) (block[TYPE] & 0xff);
        return switch (type) {
            // Before there was a type for folders, the slash told them.
            case '\0' -> MemberNames.endsWithSlash(name()) ? Kind.FOLDER : Kind.FILE;
            case '0', '7' -> Kind.FILE;
            case '5' -> Kind.FOLDER;
            case 'x', 'X', 'g' -> Kind.PAX_RECORDS;
            case 'L' -> Kind.LONG_NAME;
            default ->
                    throw wrongType(
                            "'" + type + "' (" + REFUSED.getOrDefault(type, "unknown") + ")",
                            "'0' (a file) or '5' (a folder)");
        };
    }

    long size() {
        return number("size", SIZE, SIZE_BYTES);
    }

    /** The name as it stands there. */
    ByteBuffer name() {
        ByteBuffer name = ByteBuffer.allocate(PREFIX_BYTES + 1 + NAME_BYTES);
        if (block[PREFIX] != 0 && magic().startsWith(USTAR)) {
            name.put(block, PREFIX, length(PREFIX, PREFIX_BYTES)).put((byte) '/');
        }
        return name.put(block, NAME, length(NAME, NAME_BYTES)).flip();
    }

    private int length(int at, int most) {
        int length = 0;
        while (length < most && block[at + length] != 0) {
            length++;
        }
        return length;
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

    RuntimeException wrongSize(long most) {
        return wrong("size", SIZE, size(), "at most " + most);
    }

    RuntimeException wrongType(String found, String accepted) {
        return wrong("type", TYPE, found, accepted);
    }

    private RuntimeException wrong(String field, int at, Object found, String accepted) {
        return refusals.member(
                shownName(),
                "tar field %s at archive offset %s".formatted(field, offset + at),
                found,
                accepted);
    }

    /** The name for messages. */
    String shownName() {
        return new String(block, NAME, length(NAME, NAME_BYTES), StandardCharsets.ISO_8859_1);
    }
}

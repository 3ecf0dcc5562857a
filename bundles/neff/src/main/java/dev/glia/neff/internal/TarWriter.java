package dev.glia.neff.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes a ustar archive whose bytes depend on the names and the contents only. */
final class TarWriter {
    private static final int NAME_BYTES = 100;
    private static final int PREFIX_BYTES = 155;
    private static final int RECORD = 10_240;
    private static final int SIZE = 124;
    private static final int CHECKSUM = 148;
    private static final long OCTAL_MOST = 077777777777L;
    private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[RECORD]);

    private final StoredGzip out;
    private final Refusals refusals;

    TarWriter(StoredGzip out, Refusals refusals) {
        this.out = out;
        this.refusals = refusals;
    }

    void add(String name, MemorySegment content) throws IOException {
        out.write(MemorySegment.ofArray(header(name, content.byteSize())));
        out.write(content);
        out.write(ZEROS.asSlice(0, -content.byteSize() & (TarHeader.BLOCK - 1)));
    }

    /** Two empty blocks, and as many more as make a full record. */
    void finish() throws IOException {
        out.write(ZEROS.asSlice(0, 2 * TarHeader.BLOCK));
        out.write(ZEROS.asSlice(0, Math.floorMod(-out.packed(), RECORD)));
    }

    private byte[] header(String name, long size) {
        ByteBuffer block = ByteBuffer.allocate(TarHeader.BLOCK);
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        int split = split(name, path);
        block.put(345, path, 0, Math.max(0, split));
        block.put(0, path, split + 1, path.length - split - 1);
        text(block, 100, "0000644\0" + "0000000\0" + "0000000\0");
        if (size <= OCTAL_MOST) {
            text(block, SIZE, String.format(Locale.ROOT, "%011o\0", size));
        } else {
            block.put(SIZE, (byte) 0x80).putLong(SIZE + 4, size);
        }
        text(block, 136, "00000000000\0");
        text(block, CHECKSUM, "        0");
        text(block, 257, "ustar\0" + "00");
        text(block, 265, "nobody");
        text(block, 297, "nobody");
        text(block, 329, "0000000\0" + "0000000\0");
        int sum = 0;
        for (byte value : block.array()) {
            sum += value & 0xff;
        }
        text(block, CHECKSUM, String.format(Locale.ROOT, "%06o\0 ", sum));
        return block.array();
    }

    /** Where the slash between prefix and name stands, or -1 for a name that needs no prefix. */
    private int split(String name, byte[] path) {
        if (path.length <= NAME_BYTES) {
            return -1;
        }
        for (int i = Math.min(PREFIX_BYTES, path.length - 2);
                i >= path.length - 1 - NAME_BYTES && i > 0;
                i--) {
            if (path[i] == '/') {
                return i;
            }
        }
        throw refusals.member(
                name,
                "its name",
                path.length + " bytes long",
                "at most 100 bytes, or 255 with a slash to split at");
    }

    private static void text(ByteBuffer block, int at, String text) {
        block.put(at, text.getBytes(StandardCharsets.US_ASCII));
    }
}

package dev.glia.neff.internal;

import dev.glia.neff.NeffHeader;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** The header of a NEFF: 1024 bytes, little-endian, without magic number or checksum. */
final class HeaderCodec {
    private static final int PKG_VERSION = 0;
    private static final int HEADER_SIZE = 8;
    private static final int DATA_SIZE = 16;
    private static final int VERSION_MAJOR = 24;
    private static final int VERSION_MINOR = 32;
    private static final int BUILD_VERSION = 40;
    private static final int BUILD_VERSION_BYTES = 128;
    private static final int NUM_TPB = 168;
    private static final int HASH = 172;
    private static final int HASH_BYTES = 32;
    private static final int UUID_OFFSET = 204;
    private static final int NAME = 220;
    private static final int REQUESTED_TPB_COUNT = 476;
    private static final int TPB_PER_NODE = 480;
    private static final int TPB_PER_NODE_BYTES = 64;
    private static final int FEATURE_BITS = 544;
    private static final int LNC_SIZE = 552;

    /** Stands for what is no text. */
    private static final int REPLACEMENT = 0xfffd;

    /** Bytes of the name field, with the zero at its end. */
    static final int NAME_BYTES = 256;

    private final ByteBuffer bytes;
    private final Refusals refusals;

    private HeaderCodec(ByteBuffer bytes, Refusals refusals) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.refusals = refusals;
    }

    /**
     * Reads and checks a header.
     *
     * @param bytes the first 1024 bytes
     * @param fileSize the bytes of the whole file
     * @param refusals words the errors
     */
    static NeffHeader decode(ByteBuffer bytes, long fileSize, Refusals refusals) {
        return new HeaderCodec(bytes, refusals).decode(fileSize);
    }

    private NeffHeader decode(long fileSize) {
        long pkgVersion = bounded("pkg_version", PKG_VERSION, 1, 2, "1 (SHA-256) or 2 (MD5)");
        long headerSize =
                bounded("header_size", HEADER_SIZE, Bounds.HEADER_SIZE, Bounds.HEADER_SIZE, "1024");
        long payload = fileSize - Bounds.HEADER_SIZE;
        long dataSize =
                bounded(
                        "data_size",
                        DATA_SIZE,
                        1,
                        Bounds.PAYLOAD_SIZE,
                        "1 to " + Bounds.PAYLOAD_SIZE);
        if (dataSize > payload) {
            throw refusals.field(
                    "data_size",
                    DATA_SIZE,
                    dataSize,
                    "at most %s, what the file holds behind the header; was it cut off?"
                            .formatted(payload));
        }
        long major = bytes.getLong(VERSION_MAJOR);
        if (major < 0 || major > Bounds.VERSION_MAJOR) {
            throw refusals.unsupported(
                    "NEFF version mismatch supported: 0.x to %s.x received: %s.%s (neff_version_major at offset %s)"
                            .formatted(
                                    Bounds.VERSION_MAJOR,
                                    Long.toUnsignedString(major),
                                    Long.toUnsignedString(bytes.getLong(VERSION_MINOR)),
                                    VERSION_MAJOR));
        }
        long minor =
                bounded(
                        "neff_version_minor",
                        VERSION_MINOR,
                        0,
                        Bounds.VERSION_MINOR,
                        "0 to " + Bounds.VERSION_MINOR);
        return new NeffHeader(
                pkgVersion,
                headerSize,
                dataSize,
                major,
                minor,
                text(BUILD_VERSION, BUILD_VERSION_BYTES),
                count("num_tpb", NUM_TPB, 1, Bounds.TPB),
                hash(),
                uuid(),
                text(NAME, NAME_BYTES),
                count("requested_tpb_count", REQUESTED_TPB_COUNT, 0, Bounds.TPB),
                tpbPerNode(),
                bytes.getLong(FEATURE_BITS),
                count("lnc_size", LNC_SIZE, 0, Bounds.LNC));
    }

    private long bounded(String field, int offset, long least, long most, String accepted) {
        long value = bytes.getLong(offset);
        if (value < least || value > most) {
            throw refusals.field(field, offset, Long.toUnsignedString(value), accepted);
        }
        return value;
    }

    private int count(String field, int offset, int least, int most) {
        long value = Integer.toUnsignedLong(bytes.getInt(offset));
        if (value < least || value > most) {
            throw refusals.field(field, offset, value, least + " to " + most);
        }
        return (int) value;
    }

    /** Text that is only shown: what cannot be printed is replaced, and its zero may be missing. */
    private String text(int offset, int length) {
        byte[] field = new byte[length];
        bytes.get(offset, field);
        int end = 0;
        while (end < length && field[end] != 0) {
            end++;
        }
        String text = new String(field, 0, end, StandardCharsets.UTF_8);
        return text.codePoints()
                .map(c -> Refusals.isPrintable(c) ? c : REPLACEMENT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private String hash() {
        byte[] hash = new byte[HASH_BYTES];
        bytes.get(HASH, hash);
        return HexFormat.of().formatHex(hash);
    }

    private UUID uuid() {
        ByteBuffer id = bytes.slice(UUID_OFFSET, 16);
        return new UUID(id.getLong(0), id.getLong(8));
    }

    private List<Integer> tpbPerNode() {
        List<Integer> counts = new ArrayList<>();
        for (int i = 0; i < TPB_PER_NODE_BYTES; i++) {
            int count = Byte.toUnsignedInt(bytes.get(TPB_PER_NODE + i));
            if (count > Bounds.TPB) {
                throw refusals.field(
                        "tpb_per_node[" + i + "]", TPB_PER_NODE + i, count, "0 to " + Bounds.TPB);
            }
            counts.add(count);
        }
        while (!counts.isEmpty() && counts.getLast() == 0) {
            counts.removeLast();
        }
        return counts;
    }

    /** Writes a header whose fields are known to fit. */
    static ByteBuffer encode(NeffHeader header) {
        ByteBuffer bytes = ByteBuffer.allocate(NeffHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(PKG_VERSION, header.pkgVersion());
        bytes.putLong(HEADER_SIZE, header.headerSize());
        bytes.putLong(DATA_SIZE, header.dataSize());
        bytes.putLong(VERSION_MAJOR, header.versionMajor());
        bytes.putLong(VERSION_MINOR, header.versionMinor());
        bytes.put(BUILD_VERSION, header.buildVersion().getBytes(StandardCharsets.UTF_8));
        bytes.putInt(NUM_TPB, header.numTpb());
        bytes.put(HASH, HexFormat.of().parseHex(header.hash()));
        ByteBuffer id = bytes.slice(UUID_OFFSET, 16);
        id.putLong(header.uuid().getMostSignificantBits())
                .putLong(header.uuid().getLeastSignificantBits());
        bytes.put(NAME, header.name().getBytes(StandardCharsets.UTF_8));
        bytes.putInt(REQUESTED_TPB_COUNT, header.requestedTpbCount());
        for (int i = 0; i < header.tpbPerNode().size(); i++) {
            bytes.put(TPB_PER_NODE + i, header.tpbPerNode().get(i).byteValue());
        }
        bytes.putLong(FEATURE_BITS, header.featureBits());
        bytes.putInt(LNC_SIZE, header.lncSize());
        return bytes;
    }
}

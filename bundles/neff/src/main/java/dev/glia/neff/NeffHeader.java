package dev.glia.neff;

import java.util.List;
import java.util.UUID;

/**
 * The first 1024 bytes of a NEFF, little-endian. Immutable.
 *
 * @param pkgVersion offset 0: 1 (SHA-256) or 2 (MD5)
 * @param headerSize offset 8: 1024
 * @param dataSize offset 16: bytes of the payload
 * @param versionMajor offset 24: the NEFF version before the dot
 * @param versionMinor offset 32: the NEFF version behind the dot
 * @param buildVersion offset 40, 128 bytes of text: what wrote it
 * @param numTpb offset 168: cores for efficient execution
 * @param hash offset 172, 32 bytes in lower-case hexadecimal digits: the hash as stored
 * @param uuid offset 204
 * @param name offset 220, 256 bytes of text
 * @param requestedTpbCount offset 476
 * @param tpbPerNode offset 480: one count for each node, without the zeros at the end
 * @param featureBits offset 544
 * @param lncSize offset 552: physical cores per logical core, 0 for unspecified
 */
public record NeffHeader(
        long pkgVersion,
        long headerSize,
        long dataSize,
        long versionMajor,
        long versionMinor,
        String buildVersion,
        int numTpb,
        String hash,
        UUID uuid,
        String name,
        int requestedTpbCount,
        List<Integer> tpbPerNode,
        long featureBits,
        int lncSize) {

    /** The size of the header in bytes. */
    public static final int BYTES = 1024;

    /** Copies. */
    public NeffHeader {
        tpbPerNode = List.copyOf(tpbPerNode);
    }

    /** {@return the NEFF version, such as {@code 2.0}} */
    public String version() {
        return versionMajor + "." + versionMinor;
    }
}

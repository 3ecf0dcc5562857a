package dev.glia.neff.internal;

import dev.glia.neff.HashState;
import dev.glia.neff.NeffHeader;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The hash in the header: MD5 (package version 2) or SHA-256 (version 1) of the payload with its
 * padding. Compilers store each 32-bit word of it byte-swapped; the plain order is accepted too.
 */
final class PayloadHash {
    private static final HexFormat HEX = HexFormat.of();

    /** Bytes that are hashed sooner than a thread begins. */
    private static final long SMALL = 32 * 1024;

    /** Bytes that are hashed sooner than another library is found. */
    private static final long LARGE = 256 * 1024;

    private final String algorithm;
    private final MessageDigest digest;
    private final Optional<SystemDigest> system;

    private PayloadHash(String algorithm, String javaName, boolean large) {
        this.algorithm = algorithm;
        try {
            this.digest = MessageDigest.getInstance(javaName);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has " + javaName, impossible);
        }
        this.system =
                large
                        ? SystemDigest.of(
                                algorithm.toUpperCase(Locale.ROOT), digest.getDigestLength())
                        : Optional.empty();
    }

    /**
     * Begins a hash.
     *
     * @param pkgVersion the version of the package, which decides what hash it is
     * @param bytes about how many bytes there will be
     */
    static PayloadHash of(long pkgVersion, long bytes) {
        boolean large = bytes >= LARGE;
        return pkgVersion == 1
                ? new PayloadHash("sha256", "SHA-256", large)
                : new PayloadHash("md5", "MD5", large);
    }

    /** Whether a payload is hashed sooner than a thread begins to. */
    static boolean isSmall(NeffHeader header) {
        return header.dataSize() <= SMALL;
    }

    /** Adds what remains of a buffer. */
    void update(ByteBuffer bytes) {
        system.ifPresentOrElse(hash -> hash.update(bytes), () -> digest.update(bytes));
    }

    private byte[] digest() {
        return system.map(SystemDigest::digest).orElseGet(digest::digest);
    }

    /** The hash as the header stores it: words swapped, zeros up to the 32 bytes of the field. */
    byte[] stored() {
        return ByteBuffer.allocate(32).put(0, swapped(digest())).array();
    }

    /** Compares with a header. Ends this digest. */
    HashState compare(NeffHeader header) {
        byte[] computed = digest();
        String plain = HEX.formatHex(computed);
        String swapped = HEX.formatHex(swapped(computed));
        String field = header.hash();
        boolean present = !field.matches("0*");
        // A field with anything behind the hash is shown whole, and is no match.
        String stored =
                field.substring(plain.length()).matches("0*")
                        ? field.substring(0, plain.length())
                        : field;
        boolean isPlain = stored.equals(plain);
        return new HashState(
                algorithm,
                stored,
                isPlain ? plain : swapped,
                present,
                isPlain || stored.equals(swapped));
    }

    private static byte[] swapped(byte[] hash) {
        byte[] swapped = new byte[hash.length];
        for (int i = 0; i < hash.length; i++) {
            swapped[i] = hash[i ^ 3];
        }
        return swapped;
    }
}

package dev.glia.launcher;

import dev.glia.trust.TrustPolicy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What ships is known by the pins of its feature, unless every bundle is trusted. {@link
 * dev.glia.trust.BundleGate} decides about the others.
 */
final class BundleTrust {
    private static final String PREFIX = "SHA-256;";

    private BundleTrust() {}

    /** Refuses a bundle file that is not the one that the feature pins. */
    static void check(Feature.Entry bundle, Path file, KnownDigests digests) throws IOException {
        String pin =
                bundle.digest()
                        .orElseThrow(
                                () ->
                                        new SecurityException(
                                                "bundle "
                                                        + bundle.id()
                                                        + " has no SHA-256 pin in its feature; add one, or set "
                                                        + TrustPolicy.VARIABLE
                                                        + "=any to trust every bundle of the feature"));
        String found = digests.of(file);
        if (!pin.equalsIgnoreCase(found)) {
            throw new SecurityException(
                    "bundle "
                            + file
                            + " is not the file that the feature pins: expected "
                            + pin
                            + ", found "
                            + found
                            + "; build the distribution again, or set "
                            + TrustPolicy.VARIABLE
                            + "=any if you changed the bundle on purpose");
        }
    }

    /** The digest of a file as features state it. */
    static String digest(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest sha = sha256();
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
            }
            return PREFIX + HexFormat.of().formatHex(sha.digest());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}

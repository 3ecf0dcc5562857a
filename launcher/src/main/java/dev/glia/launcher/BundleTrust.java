package dev.glia.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The gate in front of {@code installBundle}: the JVM has no sandbox, so what gets in is decided
 * here.
 */
enum BundleTrust {
    /** Every bundle that the feature or the user names. */
    ANY,
    /** Only files with the SHA-256 that the feature, or the user with the bundle, states. */
    PINNED;

    /** The variable that chooses the policy. */
    static final String VARIABLE = "GLIA_BUNDLE_TRUST";

    private static final String PREFIX = "SHA-256;";

    static BundleTrust of(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "any" -> ANY;
            case "pinned" -> PINNED;
            default ->
                    throw new IllegalArgumentException(
                            VARIABLE
                                    + "="
                                    + value
                                    + " is not accepted: use pinned (the default) or any");
        };
    }

    /** Refuses a bundle file that this policy does not let in. */
    void check(Feature.Entry bundle, Path file, KnownDigests digests) throws IOException {
        if (this == ANY) {
            return;
        }
        String pin =
                bundle.digest()
                        .orElseThrow(
                                () ->
                                        new SecurityException(
                                                "bundle "
                                                        + bundle.id()
                                                        + " has no SHA-256 pin in its feature; add one, or set "
                                                        + VARIABLE
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
                            + VARIABLE
                            + "=any if you changed the bundle on purpose");
        }
    }

    /** Refuses a bundle that the user added and this policy does not let in. */
    void check(AddedBundle bundle, byte[] jar) {
        if (this == ANY) {
            return;
        }
        String found = PREFIX + HexFormat.of().formatHex(sha256().digest(jar));
        String pin =
                bundle.digest()
                        .orElseThrow(
                                () ->
                                        new SecurityException(
                                                "bundle "
                                                        + bundle.file()
                                                        + " is not pinned; if you trust it as it is now, name it as '"
                                                        + bundle.file()
                                                        + "#"
                                                        + found
                                                        + "', or set "
                                                        + VARIABLE
                                                        + "=any to trust every bundle that is named"));
        if (!pin.equalsIgnoreCase(found)) {
            throw new SecurityException(
                    "bundle "
                            + bundle.file()
                            + " is not the file that was pinned: expected "
                            + pin
                            + ", found "
                            + found
                            + "; pin it anew if it was changed on purpose");
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

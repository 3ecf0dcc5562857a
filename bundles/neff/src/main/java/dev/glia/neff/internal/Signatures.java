package dev.glia.neff.internal;

import dev.glia.runtime.NrtException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;

/**
 * Checks the detached signature of a NEFF against a folder of public keys. Signed with Ed25519 is
 * the SHA-512 digest of the file: it is computed once, whatever the number of keys, and every
 * version of OpenSSL can sign it.
 */
final class Signatures {
    /** What is behind the name of a file in the name of its signature. */
    static final String SUFFIX = ".sig";

    private static final int SIGNATURE_BYTES = 64;
    private static final int PIECE = 1 << 20;
    private static final String DIGEST = "SHA-512";
    private static final String ALGORITHM = "Ed25519";
    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";

    private final Path file;
    private final Path keys;
    private final Refusals refusals;
    private final byte[] signature;
    private final List<PublicKey> trusted;

    /** Reads the signature of a file and the keys; refuses what nobody can have signed. */
    Signatures(Path file, Path keys, Refusals refusals) {
        this.file = file;
        this.keys = keys;
        this.refusals = refusals;
        this.signature = signature();
        this.trusted = trusted();
    }

    /** {@return where the signature of a file is} */
    static Path of(Path file) {
        return file.resolveSibling(file.getFileName() + SUFFIX);
    }

    /** {@return whether one of the keys has signed the bytes of the file} */
    boolean verify(MemorySegment bytes) {
        try {
            byte[] digest = digest(bytes);
            for (PublicKey key : trusted) {
                if (verifies(key, digest)) {
                    return true;
                }
            }
            return false;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + DIGEST, impossible);
        }
    }

    /** {@return the refusal of a file that none of the keys has signed} */
    NrtException foreign() {
        return refusals.invalid(
                ("the signature in %s is of none of the %s keys in %s: the file was changed, another key has signed"
                                + " it, or not its %s digest was signed; get it again, have it signed, or add the key"
                                + " of who signed it")
                        .formatted(of(file), trusted.size(), keys, DIGEST));
    }

    private byte[] signature() {
        Path path = of(file);
        if (!Files.isRegularFile(path)) {
            throw refusals.invalid(
                    "is not signed: there is no file %s, and GLIA_NEFF_TRUST=signed asks for it; sign the file"
                                    .formatted(path)
                            + " (docs/neff.md says how), or set GLIA_NEFF_TRUST to tried, hash or any");
        }
        byte[] bytes = small(path);
        byte[] signature = bytes.length == SIGNATURE_BYTES ? bytes : base64(bytes);
        if (signature.length != SIGNATURE_BYTES) {
            throw refusals.invalid(
                    "the signature in %s is damaged: it has %s bytes; accepted: the %s bytes of an Ed25519 signature,"
                                    .formatted(path, bytes.length, SIGNATURE_BYTES)
                            + " or these in Base64");
        }
        return signature;
    }

    private static byte[] base64(byte[] text) {
        try {
            return Base64.getDecoder()
                    .decode(new String(text, StandardCharsets.ISO_8859_1).strip());
        } catch (IllegalArgumentException noBase64) {
            return new byte[0];
        }
    }

    private List<PublicKey> trusted() {
        TreeSet<Path> files = new TreeSet<>();
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(keys, Files::isRegularFile)) {
            for (Path path : folder) {
                if (files.size() == Bounds.KEYS) {
                    throw refusals.invalid(
                            "not checked: more than %s files are in %s, the folder of GLIA_NEFF_KEYS"
                                    .formatted(Bounds.KEYS, keys));
                }
                files.add(path);
            }
        } catch (IOException unreadable) {
            throw refusals.invalid(
                    "not checked: GLIA_NEFF_KEYS is %s, which cannot be read as a folder of public keys"
                            .formatted(keys),
                    unreadable);
        }
        List<PublicKey> trusted = new ArrayList<>();
        files.forEach(path -> trusted.add(key(path)));
        if (trusted.isEmpty()) {
            throw refusals.invalid(
                    "not checked: there is no key in %s, the folder of GLIA_NEFF_KEYS; put the public key of who"
                                    .formatted(keys)
                            + " signs your NEFFs into it");
        }
        return trusted;
    }

    private PublicKey key(Path path) {
        byte[] bytes = small(path);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        try {
            byte[] der =
                    begin >= 0 && end > begin
                            ? Base64.getMimeDecoder()
                                    .decode(text.substring(begin + BEGIN.length(), end))
                            : bytes;
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException noKey) {
            throw refusals.invalid(
                    "not checked: %s in the folder of GLIA_NEFF_KEYS is no Ed25519 public key; accepted: X.509,"
                                    .formatted(path)
                            + " as PEM or DER",
                    noKey);
        }
    }

    private byte[] small(Path path) {
        try (var in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(Bounds.KEY_BYTES + 1);
            if (bytes.length > Bounds.KEY_BYTES) {
                throw refusals.invalid(
                        "not checked: %s has more than %s bytes, which no key or signature has"
                                .formatted(path, Bounds.KEY_BYTES));
            }
            return bytes;
        } catch (IOException unreadable) {
            throw refusals.failed(
                    "not checked: %s cannot be read: %s".formatted(path, unreadable), unreadable);
        }
    }

    private static byte[] digest(MemorySegment bytes) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance(DIGEST);
        for (long at = 0; at < bytes.byteSize(); at += PIECE) {
            digest.update(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer());
        }
        return digest.digest();
    }

    private boolean verifies(PublicKey key, byte[] digest) throws GeneralSecurityException {
        Signature check = Signature.getInstance(ALGORITHM);
        check.initVerify(key);
        check.update(digest);
        try {
            return check.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        }
    }
}

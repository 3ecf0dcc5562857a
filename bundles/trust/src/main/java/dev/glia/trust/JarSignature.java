package dev.glia.trust;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipException;

/**
 * The signature of a jar. One signer must stand for all of it: for every entry, for the manifest,
 * and for nothing that was taken out.
 */
final class JarSignature {
    private static final int MANIFEST_LIMIT = 8 << 20;
    private static final long CONTENT_LIMIT = 2L << 30;
    private static final Pattern SIGNATURE_FILE = Pattern.compile("(?i)META-INF/[^/]+\\.SF");
    private static final Pattern SIGNATURE_PART =
            Pattern.compile(
                    "(?i)META-INF/([^/]+\\.(SF|RSA|DSA|EC)|SIG-[^/.]*(\\.[A-Z0-9]{1,3})?|MANIFEST\\.MF)");
    private static final Pattern DIGEST = Pattern.compile("(?i)(.+)-Digest(-Manifest.*)?");
    private static final Set<String> STRONG =
            Set.of("SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512");
    private static final String NEXT =
            "; ask the vendor for a bundle signed as a whole by jarsigner";

    private final Archive archive;
    private final byte[] jar;

    JarSignature(Archive archive, byte[] jar) {
        this.archive = archive;
        this.jar = jar;
    }

    /** Refuses a jar unless one and the same signer whom the store knows has signed all of it. */
    void check(TrustStore store) {
        checkFiles();
        Set<CodeSigner> signers = signersOfAll();
        Refusal first = null;
        for (CodeSigner signer : signers) {
            try {
                CertificateChain.of(signer.getSignerCertPath())
                        .check(store, time(signer, store), CertificateChain.SIGNS_CODE);
                return;
            } catch (Refusal refusal) {
                first = first == null ? refusal : first;
            }
        }
        throw first;
    }

    /** When it was signed, if somebody who can be trusted with times says so; otherwise now. */
    private static Instant time(CodeSigner signer, TrustStore store) {
        if (signer.getTimestamp() == null) {
            return Instant.now();
        }
        Instant stamped = signer.getTimestamp().getTimestamp().toInstant();
        CertificateChain stamper = CertificateChain.of(signer.getTimestamp().getSignerCertPath());
        for (TrustStore known : List.of(store, TrustStore.ofPlatform())) {
            try {
                stamper.check(known, stamped, CertificateChain.STAMPS_TIMES);
                return stamped.isBefore(Instant.now()) ? stamped : Instant.now();
            } catch (Refusal unknown) {
                // The other store may know it; who stamps the times of his own proves nothing.
            }
        }
        return Instant.now();
    }

    private void checkFiles() {
        List<String> signatures =
                archive.entries().stream()
                        .map(Archive.Entry::name)
                        .filter(SIGNATURE_FILE.asMatchPredicate())
                        .toList();
        if (signatures.isEmpty()) {
            throw new Refusal(
                    "it is not signed, and "
                            + TrustPolicy.VARIABLE
                            + "=signed accepts signed bundles only; ask the vendor for a signed"
                            + " one, or sign it yourself with jarsigner");
        }
        byte[] raw = archive.read(Archive.MANIFEST, MANIFEST_LIMIT);
        Manifest manifest = parse(Archive.MANIFEST, raw);
        checkDigests(Archive.MANIFEST, manifest);
        checkNothingIsMissing(manifest.getEntries());
        for (String name : signatures) {
            Manifest signature = parse(name, archive.read(name, MANIFEST_LIMIT));
            checkDigests(name, signature);
            checkNothingIsMissing(signature.getEntries());
            checkCoversHeaders(name, signature.getMainAttributes(), raw);
        }
    }

    private static Manifest parse(String name, byte[] content) {
        try {
            return new Manifest(new ByteArrayInputStream(content));
        } catch (IOException damaged) {
            throw new Refusal(name + " is damaged (" + damaged.getMessage() + ")" + NEXT, damaged);
        }
    }

    private static void checkDigests(String name, Manifest manifest) {
        checkDigests(name, manifest.getMainAttributes());
        manifest.getEntries().values().forEach(attributes -> checkDigests(name, attributes));
    }

    private static void checkDigests(String name, Attributes attributes) {
        for (Object attribute : attributes.keySet()) {
            var digest = DIGEST.matcher(attribute.toString());
            if (digest.matches() && !STRONG.contains(digest.group(1).toUpperCase(Locale.ROOT))) {
                throw new Refusal(
                        name
                                + " has digests of the algorithm "
                                + digest.group(1)
                                + ", which is too weak; ask the vendor for a bundle signed with"
                                + " SHA-256 or better");
            }
        }
    }

    private void checkNothingIsMissing(Map<String, Attributes> sections) {
        var names = archive.entries().stream().map(Archive.Entry::name).toList();
        Set<String> there = Set.copyOf(names);
        sections.forEach(
                (name, attributes) -> {
                    boolean digested =
                            attributes.keySet().stream()
                                    .anyMatch(key -> DIGEST.matcher(key.toString()).matches());
                    if (digested && !there.contains(name)) {
                        throw new Refusal(
                                "its signature covers entry "
                                        + name
                                        + ", which is not there"
                                        + NEXT);
                    }
                });
    }

    /** The headers of the bundle are in the main section of the manifest. */
    private static void checkCoversHeaders(String name, Attributes signature, byte[] manifest) {
        boolean covered =
                signature.keySet().stream()
                        .map(Object::toString)
                        .anyMatch(
                                key ->
                                        key.endsWith("-Digest-Manifest-Main-Attributes")
                                                || key.endsWith("-Digest-Manifest")
                                                        && isDigest(
                                                                key.substring(
                                                                        0, key.indexOf("-Digest")),
                                                                signature.getValue(key),
                                                                manifest));
        if (!covered) {
            throw new Refusal(name + " does not cover the headers of the manifest" + NEXT);
        }
    }

    private static boolean isDigest(String algorithm, String digest, byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance(algorithm).digest(content))
                    .equals(digest);
        } catch (NoSuchAlgorithmException unknown) {
            return false;
        }
    }

    /** The platform verifies files only; this one holds the bytes that are installed. */
    private Set<CodeSigner> signersOfAll() {
        try {
            Path copy = Files.createTempFile("glia-bundle", ".jar");
            try {
                Files.write(copy, jar);
                try (JarFile file = new JarFile(copy.toFile(), true)) {
                    return signersOfAll(file);
                }
            } finally {
                Files.delete(copy);
            }
        } catch (SecurityException changed) {
            if (changed instanceof Refusal) {
                throw changed;
            }
            throw new Refusal(
                    "its signature does not fit to what it holds ("
                            + changed.getMessage()
                            + "): it was changed after it was signed; get it again from its vendor",
                    changed);
        } catch (ZipException | EOFException damaged) {
            throw new Refusal(
                    "it is no sound JAR file: "
                            + damaged.getMessage()
                            + "; get it again from its vendor",
                    damaged);
        } catch (IOException noPlace) {
            throw new UncheckedIOException(
                    "the signature cannot be checked in " + System.getProperty("java.io.tmpdir"),
                    noPlace);
        }
    }

    private Set<CodeSigner> signersOfAll(JarFile file) throws IOException {
        Set<CodeSigner> common = null;
        String unsigned = null;
        boolean anySigned = false;
        long left = CONTENT_LIMIT;
        byte[] buffer = new byte[1 << 16];
        for (JarEntry entry : (Iterable<JarEntry>) file.stream()::iterator) {
            try (InputStream in = file.getInputStream(entry)) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    left -= n;
                    if (left < 0) {
                        throw new Refusal(
                                "it unpacks to more than " + (CONTENT_LIMIT >> 20) + " MiB");
                    }
                }
            }
            if (entry.isDirectory() || SIGNATURE_PART.matcher(entry.getName()).matches()) {
                continue;
            }
            CodeSigner[] signers = entry.getCodeSigners();
            if (signers == null) {
                unsigned = unsigned == null ? entry.getName() : unsigned;
            } else {
                anySigned = true;
                Set<CodeSigner> these = new LinkedHashSet<>(Arrays.asList(signers));
                if (common == null) {
                    common = these;
                } else {
                    common.retainAll(these);
                }
            }
        }
        if (!anySigned) {
            throw new Refusal(
                    "nothing in it is signed, although it has files of a signature; the platform"
                            + " may not accept the algorithm of the signature"
                            + NEXT);
        }
        if (unsigned != null) {
            throw new Refusal("entry " + unsigned + " is not signed" + NEXT);
        }
        if (common.isEmpty()) {
            throw new Refusal("different parts of it are signed by different signers" + NEXT);
        }
        return common;
    }
}

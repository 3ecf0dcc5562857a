package dev.glia.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStore.PrivateKeyEntry;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.security.auth.x500.X500Principal;

/** Keys and certificates of all kinds, made on the spot. */
final class Signers {
    private static final String PASSWORD = "changeit";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final byte[] AUTHORITY =
            extension("2.5.29.19", Der.of(Der.SEQUENCE, Der.of(Der.BOOLEAN, new byte[] {-1})));

    private final Path folder;
    private final Map<String, PrivateKeyEntry> keys = new HashMap<>();

    private Signers(Path folder) {
        this.folder = folder;
    }

    static Signers make(Path folder) throws GeneralSecurityException {
        var all = new Signers(folder);
        all.add("root", null, -600, 3000, AUTHORITY);
        all.add("vendor", "root", -500, 3000, purpose("1.3.6.1.5.5.7.3.3"));
        all.add("partner", "root", -500, 3000);
        all.add("expired", "root", -400, -390);
        all.add("early", "root", 30, 300);
        all.add("server", "root", -500, 3000, purpose("1.3.6.1.5.5.7.3.1"));
        byte[] signsKeys = Der.of(Der.BITS, new byte[] {2, 1 << 2});
        all.add("issuer", "root", -500, 3000, extension("2.5.29.15", signsKeys));
        all.add("times", "root", -500, 3000, purpose("1.3.6.1.5.5.7.3.8"));
        all.add("selfmade", null, -500, 3000, AUTHORITY);
        all.add("strangetimes", "selfmade", -500, 3000, purpose("1.3.6.1.5.5.7.3.8"));
        all.add("below", "vendor", -400, 3000);
        all.add("old", null, -600, -100, AUTHORITY);
        all.add("orphan", "old", -500, 3000);
        all.keys.put("small", all.key(rsa(1024), "small", "root", "SHA256", -500, 3000));
        all.keys.put("sha1", all.key(ec(), "sha1", "root", "SHA1", -500, 3000));
        return all;
    }

    private void add(String name, String signer, int from, int to, byte[]... extensions)
            throws GeneralSecurityException {
        keys.put(name, key(ec(), name, signer, "SHA256", from, to, extensions));
    }

    private static KeyPair ec() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static KeyPair rsa(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static byte[] purpose(String id) {
        return extension("2.5.29.37", Der.of(Der.SEQUENCE, Der.id(id)));
    }

    private static byte[] extension(String id, byte[] value) {
        return Der.of(
                Der.SEQUENCE,
                Der.id(id),
                Der.of(Der.BOOLEAN, new byte[] {-1}),
                Der.of(Der.OCTETS, value));
    }

    /** A certificate that is valid between two days, counted from today. */
    private PrivateKeyEntry key(
            KeyPair pair,
            String name,
            String signer,
            String digest,
            int from,
            int to,
            byte[]... extensions)
            throws GeneralSecurityException {
        PrivateKeyEntry above = signer == null ? null : keys.get(signer);
        byte[] algorithm =
                Der.of(
                        Der.SEQUENCE,
                        Der.id(
                                digest.equals("SHA1")
                                        ? "1.2.840.10045.4.1"
                                        : "1.2.840.10045.4.3.2"));
        var content =
                new ArrayList<byte[]>(
                        List.of(
                                Der.tagged(0, Der.integer(2)),
                                Der.integer(keys.size() + 1),
                                algorithm,
                                name(signer == null ? name : signer),
                                Der.of(Der.SEQUENCE, day(from), day(to)),
                                name(name),
                                pair.getPublic().getEncoded()));
        if (extensions.length > 0) {
            content.add(Der.tagged(3, Der.of(Der.SEQUENCE, extensions)));
        }
        byte[] body = Der.of(Der.SEQUENCE, content.toArray(byte[][]::new));
        Signature signature = Signature.getInstance(digest + "withECDSA");
        signature.initSign(above == null ? pair.getPrivate() : above.getPrivateKey());
        signature.update(body);
        byte[] encoded =
                Der.of(
                        Der.SEQUENCE,
                        body,
                        algorithm,
                        Der.of(Der.BITS, new byte[] {0}, signature.sign()));
        var chain = new ArrayList<Certificate>();
        chain.add(
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(encoded)));
        if (above != null) {
            chain.addAll(List.of(above.getCertificateChain()));
        }
        return new PrivateKeyEntry(pair.getPrivate(), chain.toArray(Certificate[]::new));
    }

    private static byte[] name(String name) {
        return new X500Principal("CN=" + name).getEncoded();
    }

    private static byte[] day(int fromNow) {
        return Der.text(Der.SHORT_TIME, TIME.format(Instant.now().plus(Duration.ofDays(fromNow))));
    }

    PrivateKeyEntry key(String name) {
        return keys.get(name);
    }

    /** A store of a kind with the certificates of some of them. */
    Path store(String type, String... names) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        for (String name : names) {
            store.setCertificateEntry(name, keys.get(name).getCertificate());
        }
        Path file = Files.createTempFile(folder, "trust", "." + type);
        try (var out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    /** A folder of PEM files with the certificates of some of them. */
    Path pemFolder(String... names) throws GeneralSecurityException, IOException {
        Path pem = Files.createTempDirectory(folder, "pem");
        for (String name : names) {
            Files.writeString(
                    pem.resolve(name + ".pem"),
                    "-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder()
                                    .encodeToString(keys.get(name).getCertificate().getEncoded())
                            + "\n-----END CERTIFICATE-----\n");
        }
        return pem;
    }
}

package dev.glia.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

class SignedBundlesTest {
    private static final String CHANGED = "does not fit to what it holds";
    private static final String UNSOUND = "is no sound JAR file";
    private static final String UNKNOWN = "does not lead to a certificate of";

    @TempDir private static Path folder;

    private static Signers signers;
    private static Path store;
    private static byte[] signed;

    @BeforeAll
    static void make() throws Exception {
        signers = Signers.make(folder);
        store = signers.store("PKCS12", "root");
        signed = sign("vendor");
    }

    private static byte[] sign(String signer) throws Exception {
        return SampleJar.sign(SampleJar.unsigned(), "SIGNER", signers.key(signer));
    }

    private static BundleGate gate(Path store) {
        return BundleGate.of(
                Map.of("GLIA_BUNDLE_TRUST", "signed", "GLIA_BUNDLE_TRUST_STORE", store.toString())
                        ::get);
    }

    private static void accept(Path store, byte[] jar) {
        assertThatCode(() -> gate(store).check("a.jar", jar, Optional.empty()))
                .doesNotThrowAnyException();
    }

    /** A jar that must not get in. */
    private record Case(String name, byte[] jar, String reason) {}

    @TestFactory
    Stream<DynamicTest> refusesWhatIsNotWhollySignedByOneWhomTheStoreKnows() throws Exception {
        List<Case> cases = new ArrayList<>();
        cases.addAll(tamperedEntries());
        cases.addAll(damagedFiles());
        cases.addAll(partlySigned());
        cases.addAll(wrongSigners());
        assertThat(cases).hasSizeGreaterThanOrEqualTo(50);
        BundleGate gate = gate(store);
        return cases.stream()
                .map(
                        each ->
                                DynamicTest.dynamicTest(
                                        each.name(),
                                        () ->
                                                assertThatThrownBy(
                                                                () ->
                                                                        gate.check(
                                                                                "a.jar",
                                                                                each.jar(),
                                                                                Optional.empty()))
                                                        .isInstanceOf(SecurityException.class)
                                                        .hasMessageStartingWith(
                                                                "bundle a.jar is refused: ")
                                                        .hasMessageContaining(each.reason())));
    }

    private static byte[] with(byte[] jar, Consumer<Map<String, byte[]>> change) {
        Map<String, byte[]> entries = new LinkedHashMap<>(SampleJar.unpack(jar));
        change.accept(entries);
        return SampleJar.pack(entries);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void edit(Map<String, byte[]> entries, String name, String from, String to) {
        String text = new String(entries.get(name), StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        entries.put(name, bytes(text.replaceFirst(Pattern.quote(from), to)));
    }

    private static List<Case> tamperedEntries() throws Exception {
        List<Case> cases = new ArrayList<>();
        List<String> contents =
                List.of(
                        "OSGI-INF/driver.xml",
                        "com/example/Driver.class",
                        "META-INF/services/a.b",
                        "lib/inner.jar");
        for (String name : contents) {
            cases.add(
                    new Case("changed " + name, with(signed, all -> all.get(name)[2]++), CHANGED));
            cases.add(
                    new Case(
                            "longer " + name,
                            with(
                                    signed,
                                    all ->
                                            all.put(
                                                    name,
                                                    Arrays.copyOf(
                                                            all.get(name),
                                                            all.get(name).length + 1))),
                            CHANGED));
            cases.add(
                    new Case(
                            "empty " + name,
                            with(signed, all -> all.put(name, new byte[0])),
                            CHANGED));
            cases.add(
                    new Case(
                            "removed " + name,
                            with(signed, all -> all.remove(name)),
                            "covers entry " + name + ", which is not there"));
            cases.add(
                    new Case(
                            "renamed " + name,
                            with(signed, all -> all.put(name + "2", all.remove(name))),
                            "covers entry " + name + ", which is not there"));
        }
        for (String added :
                List.of(
                        "com/example/More.class",
                        "META-INF/versions/25/com/example/Driver.class",
                        "META-INF/services/e.f",
                        "META-INF/SIG-Evil.class",
                        "META-INF/sub/SIGNER.SF")) {
            cases.add(
                    new Case(
                            "added " + added,
                            with(signed, all -> all.put(added, bytes("new"))),
                            "entry " + added + " is not signed"));
        }
        cases.add(
                new Case(
                        "two entries exchanged",
                        with(
                                signed,
                                all -> {
                                    byte[] one = all.get("OSGI-INF/driver.xml");
                                    all.put(
                                            "OSGI-INF/driver.xml",
                                            all.get("com/example/Driver.class"));
                                    all.put("com/example/Driver.class", one);
                                }),
                        CHANGED));
        cases.add(
                new Case(
                        "a header more",
                        with(
                                signed,
                                all ->
                                        edit(
                                                all,
                                                Archive.MANIFEST,
                                                "Bundle-Version",
                                                "DynamicImport-Package: *\r\nBundle-Version")),
                        CHANGED));
        cases.add(
                new Case(
                        "another symbolic name",
                        with(
                                signed,
                                all -> edit(all, Archive.MANIFEST, "com.example", "com.exempla")),
                        CHANGED));
        cases.add(
                new Case(
                        "removed with its section of the manifest",
                        with(
                                signed,
                                all -> {
                                    all.remove("com/example/Driver.class");
                                    String manifest =
                                            new String(
                                                    all.get(Archive.MANIFEST),
                                                    StandardCharsets.UTF_8);
                                    String rest =
                                            manifest.replaceFirst(
                                                    "(?s)Name: com/example/Driver.class\r\n.*?\r\n\r\n",
                                                    "");
                                    assertThat(rest).isNotEqualTo(manifest);
                                    all.put(Archive.MANIFEST, bytes(rest));
                                }),
                        "covers entry com/example/Driver.class, which is not there"));
        String digest = base64("SHA-256", bytes("evil"));
        cases.add(
                new Case(
                        "a changed entry with its new digest in the manifest",
                        with(
                                signed,
                                all -> {
                                    all.put("com/example/Driver.class", bytes("evil"));
                                    edit(
                                            all,
                                            Archive.MANIFEST,
                                            base64("SHA-256", bytes("a class")),
                                            digest);
                                }),
                        CHANGED));
        cases.add(
                new Case(
                        "an entry with a digest in the manifest, and not in the signature",
                        with(
                                signed,
                                all -> {
                                    all.put("evil.class", bytes("evil"));
                                    String more =
                                            "Name: evil.class\r\nSHA-256-Digest: "
                                                    + digest
                                                    + "\r\n\r\n";
                                    all.put(
                                            Archive.MANIFEST,
                                            join(all.get(Archive.MANIFEST), bytes(more)));
                                }),
                        "entry evil.class is not signed"));
        return cases;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static String base64(String algorithm, byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<Case> damagedFiles() {
        List<Case> cases = new ArrayList<>();
        for (int tenth = 0; tenth < 10; tenth++) {
            cases.add(
                    new Case(
                            "cut after " + tenth + " tenths",
                            Arrays.copyOf(signed, signed.length * tenth / 10),
                            UNSOUND));
        }
        cases.add(new Case("a byte behind", Arrays.copyOf(signed, signed.length + 1), UNSOUND));
        cases.add(new Case("a jar behind", join(signed, SampleJar.unsigned()), UNSOUND));
        cases.add(new Case("a jar in front", join(SampleJar.unsigned(), signed), UNSOUND));
        return cases;
    }

    private static List<Case> partlySigned() throws Exception {
        List<Case> cases = new ArrayList<>();
        cases.add(new Case("not signed", SampleJar.unsigned(), "it is not signed"));
        cases.add(
                new Case(
                        "stripped",
                        with(
                                signed,
                                all -> {
                                    all.remove("META-INF/SIGNER.SF");
                                    all.remove("META-INF/SIGNER.EC");
                                }),
                        "it is not signed"));
        cases.add(
                new Case(
                        "only the block",
                        with(signed, all -> all.remove("META-INF/SIGNER.SF")),
                        "it is not signed"));
        cases.add(
                new Case(
                        "no block",
                        with(signed, all -> all.remove("META-INF/SIGNER.EC")),
                        "nothing in it is signed"));
        cases.add(
                new Case(
                        "an empty block",
                        with(signed, all -> all.put("META-INF/SIGNER.EC", new byte[0])),
                        "is refused"));
        cases.add(
                new Case(
                        "signature files of another jar",
                        with(
                                SampleJar.unsigned(),
                                all -> {
                                    var other = SampleJar.unpack(signed);
                                    all.put("META-INF/SIGNER.SF", other.get("META-INF/SIGNER.SF"));
                                    all.put("META-INF/SIGNER.EC", other.get("META-INF/SIGNER.EC"));
                                }),
                        CHANGED));
        cases.add(
                new Case(
                        "signature files with nothing in them",
                        with(
                                SampleJar.unsigned(),
                                all -> {
                                    all.put(
                                            "META-INF/A.SF",
                                            bytes("Signature-Version: 1.0\r\n\r\n"));
                                    all.put("META-INF/A.EC", bytes("0"));
                                }),
                        "is refused"));
        cases.add(
                new Case(
                        "a changed signature file",
                        with(
                                signed,
                                all -> edit(all, "META-INF/SIGNER.SF", "Created-By", "Maker-By")),
                        CHANGED));
        cases.add(
                new Case(
                        "the headers are not covered",
                        byHand("A", "vendor", "SHA-256", name -> true),
                        "does not cover the headers"));
        cases.add(
                new Case(
                        "digests of SHA-1 in the signature only",
                        byHand("A", "vendor", "SHA-1", name -> !name.equals(Archive.MANIFEST)),
                        "algorithm SHA-1, which is too weak"));
        var halves = SampleJar.unpack(half("A", "vendor", name -> name.startsWith("com/")));
        halves.putAll(
                SampleJar.unpack(
                        half(
                                "B",
                                "partner",
                                name ->
                                        !name.startsWith("com/")
                                                && !name.equals(Archive.MANIFEST))));
        cases.add(
                new Case(
                        "two signers, half of it each",
                        SampleJar.pack(halves),
                        "signed by different signers"));
        cases.add(
                new Case(
                        "one signer, half of it",
                        half("A", "vendor", name -> name.startsWith("com/")),
                        "is not signed"));
        byte[] more = with(sign("vendor"), all -> all.put("com/example/More.class", bytes("more")));
        cases.add(
                new Case(
                        "a stranger signed what was added",
                        SampleJar.sign(more, "OTHER", signers.key("selfmade")),
                        UNKNOWN));
        for (String weak : List.of("SHA-1", "MD5")) {
            cases.add(
                    new Case(
                            "digests of " + weak,
                            SampleJar.sign(SampleJar.unsigned(), "A", signers.key("vendor"), weak),
                            "algorithm " + weak + ", which is too weak"));
        }
        return cases;
    }

    private static byte[] half(String name, String signer, Predicate<String> which)
            throws Exception {
        return byHand(name, signer, "SHA-256", which);
    }

    /** Signs entries without the digest of the manifest that jarsigner writes. */
    private static byte[] byHand(
            String name, String signer, String algorithm, Predicate<String> which)
            throws Exception {
        Map<String, byte[]> entries = SampleJar.entries(SampleJar.MANIFEST);
        var manifest = new StringBuilder(new String(entries.get(Archive.MANIFEST)));
        var signature = new StringBuilder("Signature-Version: 1.0\r\n");
        if (!which.test(Archive.MANIFEST)) {
            signature
                    .append("SHA-256-Digest-Manifest-Main-Attributes: ")
                    .append(base64("SHA-256", bytes(manifest.toString())))
                    .append("\r\n");
        }
        signature.append("\r\n");
        for (var entry : entries.entrySet()) {
            if (entry.getKey().equals(Archive.MANIFEST) || entry.getKey().endsWith("/")) {
                continue;
            }
            String section =
                    "Name: "
                            + entry.getKey()
                            + "\r\nSHA-256-Digest: "
                            + base64("SHA-256", entry.getValue())
                            + "\r\n\r\n";
            manifest.append(section);
            if (which.test(entry.getKey())) {
                signature
                        .append("Name: ")
                        .append(entry.getKey())
                        .append("\r\n" + algorithm + "-Digest: ")
                        .append(base64(algorithm, bytes(section)))
                        .append("\r\n\r\n");
            }
        }
        Map<String, byte[]> all = new LinkedHashMap<>(entries);
        all.put(Archive.MANIFEST, bytes(manifest.toString()));
        byte[] file = bytes(signature.toString());
        all.put("META-INF/" + name + ".SF", file);
        all.put("META-INF/" + name + ".EC", Cms.sign(Cms.DATA, file, false, signers.key(signer)));
        return SampleJar.pack(all);
    }

    private static List<Case> wrongSigners() throws Exception {
        List<Case> cases = new ArrayList<>();
        cases.add(new Case("a self-made certificate", sign("selfmade"), UNKNOWN));
        cases.add(new Case("an expired certificate", sign("expired"), "CN=expired expired on"));
        cases.add(new Case("a certificate of the future", sign("early"), "is not valid before"));
        cases.add(new Case("a certificate of a server", sign("server"), "not made for signing"));
        cases.add(new Case("a key for other keys", sign("issuer"), "nothing in it is signed"));
        cases.add(new Case("a certificate with SHA-1", sign("sha1"), "signed with SHA1withECDSA"));
        cases.add(new Case("an authority that expired", sign("orphan"), "CN=old expired on"));
        cases.add(new Case("a signer who is no authority", sign("below"), UNKNOWN));
        cases.add(new Case("a small key", sign("small"), "RSA key of 1024 bits"));
        Instant inTime = Instant.now().minus(Duration.ofDays(395));
        Instant late = Instant.now().minus(Duration.ofDays(100));
        cases.add(new Case("a late time stamp", stamped("times", late), "CN=expired expired on"));
        cases.add(
                new Case(
                        "a time stamp of a stranger",
                        stamped("strangetimes", inTime),
                        "CN=expired expired on"));
        return cases;
    }

    private static byte[] stamped(String stamper, Instant time) throws Exception {
        try (var authority = new TimeAuthority(signers.key(stamper), time)) {
            return SampleJar.sign(
                    SampleJar.unsigned(), "A", signers.key("expired"), authority.address());
        }
    }

    @Test
    void acceptsASignerBelowACertificateOfTheStore() throws Exception {
        accept(store, signed);
        accept(signers.store("JKS", "selfmade", "root"), signed);
        accept(signers.pemFolder("selfmade", "root"), signed);
    }

    @Test
    void acceptsACertificateOfTheStoreItself() throws Exception {
        accept(signers.store("PKCS12", "selfmade"), sign("selfmade"));
        accept(signers.store("PKCS12", "vendor"), signed);
    }

    @Test
    void aCertificateOfTheStoreExpires() throws Exception {
        for (String signer : List.of("orphan", "expired")) {
            byte[] jar = sign(signer);
            Path known = signers.store("PKCS12", signer.equals("orphan") ? "old" : "expired");
            assertThatThrownBy(() -> gate(known).check("a.jar", jar, Optional.empty()))
                    .isInstanceOf(SecurityException.class)
                    .hasMessageContaining(" expired on ");
        }
    }

    @Test
    void aSignerOfTheStoreMayHaveSignedBesideOthers() throws Exception {
        accept(store, SampleJar.sign(sign("selfmade"), "OTHER", signers.key("vendor")));
        accept(store, SampleJar.sign(sign("vendor"), "OTHER", signers.key("selfmade")));
    }

    @Test
    void aTimeStampKeepsASignatureValid() throws Exception {
        accept(store, stamped("times", Instant.now().minus(Duration.ofDays(395))));
    }

    @Test
    void acceptsWhatWasSignedByHandAsJarsignerDoes() throws Exception {
        accept(store, half("A", "vendor", name -> !name.equals(Archive.MANIFEST)));
    }

    @Test
    void saysWhatIsWrongWithTheStore() throws Exception {
        assertThatThrownBy(() -> BundleGate.of(Map.of("GLIA_BUNDLE_TRUST", "signed")::get))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs GLIA_BUNDLE_TRUST_STORE");
        for (Path wrong :
                List.of(folder.resolve("none.p12"), signers.store("PKCS12"), signers.pemFolder())) {
            assertThatThrownBy(() -> gate(wrong).check("a.jar", signed, Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("GLIA_BUNDLE_TRUST_STORE=" + wrong)
                    .hasMessageContaining("PKCS12 or JKS file");
        }
    }
}

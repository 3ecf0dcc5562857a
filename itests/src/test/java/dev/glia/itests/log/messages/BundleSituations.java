package dev.glia.itests.log.messages;

import dev.glia.itests.container.Container;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.container.Provision;
import dev.glia.itests.driver.DriverFiles;
import dev.glia.itests.driver.Program;
import dev.glia.itests.log.thirdparty.QueueSink;
import dev.glia.itests.order.stubborn.Manner;
import dev.glia.itests.order.stubborn.StubbornActivator;
import dev.glia.trust.BundleGate;

import jdk.security.jarsigner.JarSigner;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.KeyStore.PrivateKeyEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Bundles that do not get in, hang, or come late. */
final class BundleSituations {
    private static final String PASSWORD = "changeit";

    private final Path folder;

    BundleSituations(Path folder) {
        this.folder = folder;
    }

    private static byte[] bundle(Map<String, String> headers) throws IOException {
        var all = new HashMap<>(headers);
        all.putIfAbsent("Bundle-SymbolicName", "com.example.added");
        return MadeBundle.of(QueueSink.class, all).readAllBytes();
    }

    private static List<Said> refusal(BundleGate gate, byte[] jar, Optional<String> pin)
            throws IOException {
        try {
            gate.check("added.jar", jar, pin);
            throw new AssertionError("it gets in");
        } catch (SecurityException refusal) {
            return List.of(Said.of(refusal));
        }
    }

    List<Said> notPinned() throws Exception {
        return refusal(BundleGate.of(_ -> null), bundle(Map.of()), Optional.empty());
    }

    List<Said> otherThanPinned() throws Exception {
        return refusal(
                BundleGate.of(_ -> null),
                bundle(Map.of()),
                Optional.of(BundleGate.digest(new byte[0])));
    }

    /** A distribution of links to the files of the real one, of which one bundle is another. */
    List<Said> otherThanShipped() throws Exception {
        Path home = DriverFiles.ROOT.resolve("features/target/glia");
        Path changed = Files.createDirectory(folder.resolve("changed"));
        Path bundles = Files.createDirectory(changed.resolve("bundles"));
        link(home, changed);
        link(home.resolve("bundles"), bundles);
        Path machine = bundles.resolve("dev.glia.machine-" + DriverFiles.VERSION + ".jar");
        Files.delete(machine);
        Files.write(machine, bundle(Map.of("Bundle-SymbolicName", "dev.glia.machine")));
        Path launcher = home.resolve("lib/dev.glia.launcher-" + DriverFiles.VERSION + ".jar");
        var environment = Map.of("GLIA_STATE_DIR", folder.resolve("state").toString());
        var command =
                List.of(
                        java("java"),
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dglia.home=" + changed,
                        "-jar",
                        launcher.toString(),
                        "ls");
        try {
            return Said.in(Program.run(folder, environment, command).err());
        } finally {
            unlink(bundles);
            unlink(changed);
        }
    }

    private static void unlink(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.filter(Files::isSymbolicLink).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void link(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.list(from)) {
            for (Path file : all.toList()) {
                if (Files.notExists(to.resolve(file.getFileName()))) {
                    Files.createSymbolicLink(to.resolve(file.getFileName()), file);
                }
            }
        }
    }

    List<Said> notSigned() throws Exception {
        return refusal(gate(signer("vendor")), bundle(Map.of()), Optional.empty());
    }

    List<Said> changedAfterItWasSigned() throws Exception {
        PrivateKeyEntry vendor = signer("vendor");
        return refusal(gate(vendor), repack(signed(vendor), true), Optional.empty());
    }

    List<Said> extendedAfterItWasSigned() throws Exception {
        PrivateKeyEntry vendor = signer("vendor");
        return refusal(gate(vendor), repack(signed(vendor), false), Optional.empty());
    }

    List<Said> signedByAStranger() throws Exception {
        return refusal(gate(signer("vendor")), signed(signer("stranger")), Optional.empty());
    }

    List<Said> signerExpired() throws Exception {
        PrivateKeyEntry old = signer("old", "-startdate", "-400d", "-validity", "100");
        return refusal(gate(old), signed(old), Optional.empty());
    }

    List<Said> signerNotYetValid() throws Exception {
        PrivateKeyEntry early = signer("early", "-startdate", "+30d", "-validity", "100");
        return refusal(gate(early), signed(early), Optional.empty());
    }

    List<Said> exportsWhatIsGlias() throws Exception {
        return refusal(any(), bundle(Map.of("Export-Package", "dev.glia.log")), Optional.empty());
    }

    List<Said> fragmentOfGlia() throws Exception {
        return refusal(any(), bundle(Map.of("Fragment-Host", "dev.glia.log")), Optional.empty());
    }

    List<Said> hasAGliaName() throws Exception {
        return refusal(
                any(), bundle(Map.of("Bundle-SymbolicName", "dev.glia.machine")), Optional.empty());
    }

    List<Said> noJar() throws Exception {
        return refusal(any(), "no jar".getBytes(StandardCharsets.UTF_8), Optional.empty());
    }

    /** Where the quotation ends is up to the reader. */
    List<Said> manifestOfTwoReadings() throws Exception {
        return refusal(any(), bundle(Map.of("Export-Package", "a;b:=\"c")), Optional.empty());
    }

    /** A driver that never gives a core back. */
    List<Said> driverThatHangsAtTheEnd() throws Exception {
        Path jar = folder.resolve("stubborn.jar");
        Files.copy(
                MadeBundle.of(
                        StubbornActivator.class,
                        Map.of(
                                "Bundle-SymbolicName",
                                "com.example.stubborn",
                                "Import-Package",
                                "org.osgi.framework,dev.glia.device,dev.glia.runtime",
                                "Bundle-Activator",
                                StubbornActivator.class.getName(),
                                "Provide-Capability",
                                "dev.glia.driver;architecture=trn1",
                                StubbornActivator.MANNER,
                                Manner.CLOSE_HANGS.name())),
                jar);
        return Said.in(
                Program.run(
                                folder,
                                Map.of(
                                        "GLIA_STATE_DIR",
                                        folder.resolve("stubborn").toString(),
                                        "GLIA_BUNDLE_TRUST",
                                        "any"),
                                List.of(
                                        DriverFiles.ROOT.resolve("glia").toString(),
                                        "hold",
                                        "--instance",
                                        "trn1.32xlarge",
                                        "--for",
                                        "0",
                                        "--bundle",
                                        jar.toString()))
                        .err());
    }

    List<Said> instanceOfADriverThatIsNotThere() throws Exception {
        try (Container container =
                Container.start(Provision.core(), Provision.instance("acme1.cube"))) {
            return CoreSituations.await(container, "names no instance type");
        }
    }

    private static BundleGate any() {
        return BundleGate.of(Map.of("GLIA_BUNDLE_TRUST", "any")::get);
    }

    /** {@return a gate for what one signer has signed} */
    private BundleGate gate(PrivateKeyEntry signer) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("signer", signer.getCertificate());
        Path store = Files.createTempFile(folder, "trust", ".p12");
        try (var out = Files.newOutputStream(store)) {
            trusted.store(out, PASSWORD.toCharArray());
        }
        return BundleGate.of(
                Map.of("GLIA_BUNDLE_TRUST", "signed", "GLIA_BUNDLE_TRUST_STORE", store.toString())
                        ::get);
    }

    private byte[] signed(PrivateKeyEntry signer) throws Exception {
        Path unsigned = Files.write(folder.resolve("unsigned.jar"), bundle(Map.of()));
        var out = new ByteArrayOutputStream();
        try (var jar = new ZipFile(unsigned.toFile())) {
            new JarSigner.Builder(signer).build().sign(jar, out);
        }
        return out.toByteArray();
    }

    private PrivateKeyEntry signer(String name, String... validity) throws Exception {
        Path keys = folder.resolve(name + ".p12");
        if (Files.notExists(keys)) {
            var keytool = new ArrayList<>(List.of(java("keytool"), "-genkeypair", "-keystore"));
            keytool.addAll(List.of(keys.toString(), "-storepass", PASSWORD, "-alias", name));
            keytool.addAll(List.of("-dname", "CN=" + name, "-keyalg", "EC"));
            keytool.addAll(List.of("-groupname", "secp256r1"));
            keytool.addAll(List.of(validity));
            Program.run(folder, Map.of(), keytool).succeeded();
        }
        return (PrivateKeyEntry)
                KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray())
                        .getEntry(name, new KeyStore.PasswordProtection(PASSWORD.toCharArray()));
    }

    private static String java(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool).toString();
    }

    /** With a class changed, or with something more. */
    private static byte[] repack(byte[] jar, boolean changed) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var in = new ZipInputStream(new ByteArrayInputStream(jar));
                var out = new ZipOutputStream(bytes)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                byte[] content = in.readAllBytes();
                if (changed && entry.getName().endsWith(".class")) {
                    content[content.length - 1]++;
                }
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write(content);
            }
            if (!changed) {
                out.putNextEntry(new ZipEntry("OSGI-INF/added.xml"));
            }
        }
        return bytes.toByteArray();
    }
}

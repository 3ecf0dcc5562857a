package dev.glia.itests.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.itests.container.Jars;
import dev.glia.itests.container.MadeBundle;
import dev.glia.itests.driver.DriverFiles;
import dev.glia.itests.driver.Program;
import dev.glia.trust.BundleGate;

import jdk.security.jarsigner.JarSigner;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.KeyStore.PrivateKeyEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

class TrustIT {
    private static final Path BUNDLES =
            DriverFiles.ROOT.resolve("features/target/glia/bundles").toAbsolutePath();
    private static final String PASSWORD = "changeit";

    @TempDir Path folder;

    static Stream<Path> shipped() throws IOException {
        try (Stream<Path> jars = Files.list(BUNDLES)) {
            return jars.sorted().toList().stream();
        }
    }

    static Stream<Path> drivers() throws IOException {
        return Stream.concat(shipped().filter(TrustIT::isDriver), Stream.of(DriverFiles.acme1()));
    }

    private static boolean isDriver(Path jar) {
        return jar.getFileName().toString().startsWith("dev.glia.driver-");
    }

    /** A bundle that ships and exports a package that the gate does not protect turns this red. */
    @ParameterizedTest
    @MethodSource("shipped")
    void whatIsLikeABundleThatShipsDoesNotGetIn(Path jar) throws IOException {
        if (isDriver(jar)) {
            return;
        }
        byte[] bytes = Files.readAllBytes(jar);
        assertThatThrownBy(() -> any().check("a.jar", bytes, Optional.empty()))
                .isInstanceOf(SecurityException.class)
                .hasMessageMatching(
                        ".*(names of Glia's own bundles|exports the package|is a fragment of).*");
        String exports = Jars.manifest(jar).getMainAttributes().getValue("Export-Package");
        if (exports != null) {
            byte[] renamed = Renamed.of(jar, "com.example.other");
            assertThatThrownBy(() -> any().check("a.jar", renamed, Optional.empty()))
                    .hasMessageContaining("exports the package");
        }
        BundleGate pinned =
                BundleGate.of(Map.of(BundleGate.SHIPPED, BundleGate.digest(bytes))::get);
        assertThatCode(() -> pinned.check("a.jar", bytes, Optional.empty()))
                .doesNotThrowAnyException();
    }

    /** A bundle that ships and whose name the gate does not know as a host turns this red. */
    @ParameterizedTest
    @MethodSource("shipped")
    void noBundleThatShipsTakesFragmentsOfOthers(Path jar) throws IOException {
        String host =
                Jars.manifest(jar)
                        .getMainAttributes()
                        .getValue("Bundle-SymbolicName")
                        .split(";")[0];
        byte[] fragment =
                MadeBundle.of(
                                getClass(),
                                Map.of(
                                        "Bundle-SymbolicName",
                                        "com.example.fragment",
                                        "Fragment-Host",
                                        host))
                        .readAllBytes();
        assertThatThrownBy(() -> any().check("a.jar", fragment, Optional.empty()))
                .isInstanceOf(SecurityException.class)
                .hasMessageContaining("it is a fragment of " + host);
    }

    @ParameterizedTest
    @MethodSource("drivers")
    void driversGetIn(Path jar) throws IOException {
        byte[] bytes = Files.readAllBytes(jar);
        assertThatCode(() -> any().check("a.jar", bytes, Optional.empty()))
                .doesNotThrowAnyException();
    }

    private static BundleGate any() {
        return BundleGate.of(Map.of("GLIA_BUNDLE_TRUST", "any")::get);
    }

    @Test
    void commandsTakeBundlesOfSignersTheyKnow() throws Exception {
        PrivateKeyEntry vendor = vendor();
        Path signed = folder.resolve("signed.jar");
        try (var unsigned = new ZipFile(DriverFiles.acme1().toFile());
                var out = Files.newOutputStream(signed)) {
            new JarSigner.Builder(vendor).build().sign(unsigned, out);
        }
        Path store = folder.resolve("trust.p12");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("vendor", vendor.getCertificate());
        try (var out = Files.newOutputStream(store)) {
            trusted.store(out, PASSWORD.toCharArray());
        }

        Program accepted = ls(signed, store);
        Program refused = ls(DriverFiles.acme1(), store);

        assertThat(accepted.succeeded().out()).contains("acme1.cube");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("NRT_FAILURE (1): Glia cannot start: bundle " + DriverFiles.acme1())
                .contains("it is not signed, and GLIA_BUNDLE_TRUST=signed accepts signed bundles");
    }

    private Program ls(Path bundle, Path store) {
        return Program.run(
                folder,
                Map.of(
                        "GLIA_STATE_DIR",
                        folder.resolve("state").toString(),
                        "GLIA_BUNDLE_TRUST",
                        "signed",
                        "GLIA_BUNDLE_TRUST_STORE",
                        store.toString()),
                List.of(
                        DriverFiles.ROOT.resolve("glia").toString(),
                        "ls",
                        "--instance",
                        "acme1.cube",
                        "--bundle",
                        bundle.toString()));
    }

    private PrivateKeyEntry vendor() throws Exception {
        Path keys = folder.resolve("keys.p12");
        var keytool =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keystore",
                                keys.toString(),
                                "-storepass",
                                PASSWORD,
                                "-alias",
                                "vendor",
                                "-dname",
                                "CN=vendor",
                                "-keyalg",
                                "EC",
                                "-groupname",
                                "secp256r1"));
        Program.run(folder, Map.of(), keytool).succeeded();
        return (PrivateKeyEntry)
                KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray())
                        .getEntry(
                                "vendor", new KeyStore.PasswordProtection(PASSWORD.toCharArray()));
    }
}

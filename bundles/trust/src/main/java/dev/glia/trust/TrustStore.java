package dev.glia.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The certificates that somebody trusts.
 *
 * @param place where they are, for messages
 * @param certificates the certificates, of authorities or of signers themselves
 */
record TrustStore(String place, Set<X509Certificate> certificates) {

    /** The variable, and framework property, that names the store of signers. */
    static final String VARIABLE = "GLIA_BUNDLE_TRUST_STORE";

    /** The variable of its password; what it keeps is public, so that it has a default. */
    static final String PASSWORD = "GLIA_BUNDLE_TRUST_STORE_PASSWORD";

    static final String DEFAULT_PASSWORD = "changeit";

    private static final String ACCEPTED =
            " is not accepted: use a PKCS12 or JKS file with trusted certificates, or a folder of"
                    + " PEM certificates (*.pem, *.crt, *.cer)";

    /** Reads the store that the variable names. */
    static TrustStore read(Path place, String password) {
        Set<X509Certificate> found = new HashSet<>();
        if (!Files.isReadable(place)) {
            throw new IllegalArgumentException(
                    VARIABLE + "=" + place + ACCEPTED + "; there is no such file that can be read");
        }
        try {
            if (Files.isDirectory(place)) {
                for (Path file : certificateFiles(place)) {
                    found.addAll(certificates(file));
                }
            } else {
                found.addAll(trusted(KeyStore.getInstance(place.toFile(), password.toCharArray())));
            }
        } catch (IOException | GeneralSecurityException unreadable) {
            throw new IllegalArgumentException(
                    VARIABLE + "=" + place + ACCEPTED + "; " + unreadable.getMessage(), unreadable);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    VARIABLE + "=" + place + ACCEPTED + "; it holds no trusted certificate");
        }
        return new TrustStore(place.toString(), Set.copyOf(found));
    }

    /** {@return the authorities that come with the Java platform, which also vouch for times} */
    static TrustStore ofPlatform() {
        Path place = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
        try {
            return new TrustStore(
                    place.toString(), trusted(KeyStore.getInstance(place.toFile(), (char[]) null)));
        } catch (IOException | GeneralSecurityException none) {
            return new TrustStore(place.toString(), Set.of());
        }
    }

    private static Set<X509Certificate> trusted(KeyStore store) throws GeneralSecurityException {
        Set<X509Certificate> found = new HashSet<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isCertificateEntry(alias)
                    && store.getCertificate(alias) instanceof X509Certificate certificate) {
                found.add(certificate);
            }
        }
        return found;
    }

    private static List<Path> certificateFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.(pem|crt|cer)"))
                    .sorted()
                    .toList();
        }
    }

    private static List<X509Certificate> certificates(Path file)
            throws IOException, CertificateException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            for (var certificate :
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(Files.readAllBytes(file)))) {
                found.add((X509Certificate) certificate);
            }
        } catch (CertificateException damaged) {
            throw new CertificateException(file + ": " + damaged.getMessage(), damaged);
        }
        return found;
    }
}

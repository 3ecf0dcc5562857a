package dev.glia.trust;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Certificates from that of a signer upwards, as they come with a signature. */
record CertificateChain(List<X509Certificate> certificates) {

    /** What a signer of code may do by his certificate. */
    static final String SIGNS_CODE = "1.3.6.1.5.5.7.3.3";

    /** What an authority for times may do. */
    static final String STAMPS_TIMES = "1.3.6.1.5.5.7.3.8";

    private static final String DOES_ANYTHING = "2.5.29.37.0";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final Pattern WEAK = Pattern.compile("(?i)(MD2|MD5|SHA-?1)(with|$).*");

    CertificateChain {
        certificates = List.copyOf(certificates);
    }

    static CertificateChain of(CertPath path) {
        return new CertificateChain(
                path.getCertificates().stream().map(X509Certificate.class::cast).toList());
    }

    String signer() {
        return certificates.getFirst().getSubjectX500Principal().toString();
    }

    /** Refuses a chain that was not valid then, or does not lead to a certificate of the store. */
    void check(TrustStore store, Instant when, String purpose) {
        checkPurpose(purpose);
        int anchor = 0;
        while (anchor < certificates.size()
                && !store.certificates().contains(certificates.get(anchor))) {
            anchor++;
        }
        List<X509Certificate> below = certificates.subList(0, anchor);
        for (X509Certificate certificate :
                certificates.subList(0, Math.min(anchor + 1, certificates.size()))) {
            checkValidity(certificate, when);
            checkStrength(certificate);
        }
        if (anchor > 0) {
            Set<X509Certificate> anchors =
                    anchor < certificates.size()
                            ? Set.of(certificates.get(anchor))
                            : store.certificates();
            validate(below, anchors, store, when);
        }
    }

    private void validate(
            List<X509Certificate> below,
            Set<X509Certificate> anchors,
            TrustStore store,
            Instant when) {
        try {
            if (anchors.isEmpty()) {
                throw new CertPathValidatorException("there is none");
            }
            var parameters =
                    new PKIXParameters(
                            anchors.stream()
                                    .map(anchor -> new TrustAnchor(anchor, null))
                                    .collect(Collectors.toSet()));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(when));
            parameters.addCertPathChecker(new PurposeIsChecked());
            CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(below);
            var result =
                    (PKIXCertPathValidatorResult)
                            CertPathValidator.getInstance("PKIX").validate(path, parameters);
            checkValidity(result.getTrustAnchor().getTrustedCert(), when);
        } catch (GeneralSecurityException broken) {
            throw new Refusal(
                    "its signer "
                            + signer()
                            + " does not lead to a certificate of "
                            + store.place()
                            + " ("
                            + broken.getMessage()
                            + "); if you trust this signer, add the certificate, or that of its"
                            + " authority, to the store",
                    broken);
        }
    }

    private void checkPurpose(String purpose) {
        try {
            X509Certificate signer = certificates.getFirst();
            boolean[] usage = signer.getKeyUsage();
            List<String> purposes = signer.getExtendedKeyUsage();
            boolean fits =
                    purposes == null
                            ? purpose.equals(SIGNS_CODE)
                            : purposes.contains(purpose)
                                    || purpose.equals(SIGNS_CODE)
                                            && purposes.contains(DOES_ANYTHING);
            if (!fits || usage != null && !usage[0] && !usage[1]) {
                throw new Refusal(
                        "the certificate of its signer "
                                + signer()
                                + " is not made for signing code; ask the vendor for a bundle"
                                + " signed with one that is");
            }
        } catch (CertificateParsingException damaged) {
            throw new Refusal("the certificate of its signer is damaged", damaged);
        }
    }

    private static void checkValidity(X509Certificate certificate, Instant when) {
        String name = certificate.getSubjectX500Principal().toString();
        try {
            certificate.checkValidity(Date.from(when));
        } catch (CertificateExpiredException expired) {
            throw new Refusal(
                    "the certificate of "
                            + name
                            + " expired on "
                            + certificate.getNotAfter().toInstant()
                            + ", and no time stamp that can be trusted says that the bundle was"
                            + " signed before; ask the vendor for a bundle that is signed anew",
                    expired);
        } catch (CertificateNotYetValidException early) {
            throw new Refusal(
                    "the certificate of "
                            + name
                            + " is not valid before "
                            + certificate.getNotBefore().toInstant()
                            + "; check the clock of this host, or ask the vendor",
                    early);
        }
    }

    private static void checkStrength(X509Certificate certificate) {
        String weakness =
                WEAK.matcher(certificate.getSigAlgName()).matches()
                        ? "is itself signed with " + certificate.getSigAlgName()
                        : weakness(certificate.getPublicKey());
        if (weakness != null) {
            throw new Refusal(
                    "the certificate of "
                            + certificate.getSubjectX500Principal()
                            + " "
                            + weakness
                            + ", which is too weak; ask the vendor for a bundle signed with RSA"
                            + " from 2048 bits or EC from 256");
        }
    }

    private static String weakness(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa when rsa.getModulus().bitLength() < 2048 ->
                    "has an RSA key of " + rsa.getModulus().bitLength() + " bits";
            case DSAPublicKey dsa
                    when dsa.getParams() == null || dsa.getParams().getP().bitLength() < 2048 ->
                    "has a DSA key below 2048 bits";
            case ECPublicKey ec when ec.getParams().getOrder().bitLength() < 256 ->
                    "has an EC key of " + ec.getParams().getOrder().bitLength() + " bits";
            default -> null;
        };
    }

    /** Tells the validator that somebody looks at the purpose, which may be marked as critical. */
    private static final class PurposeIsChecked extends PKIXCertPathChecker {
        @Override
        public void init(boolean forward) {}

        @Override
        public boolean isForwardCheckingSupported() {
            return true;
        }

        @Override
        public Set<String> getSupportedExtensions() {
            return Set.of(EXTENDED_KEY_USAGE);
        }

        @Override
        public void check(Certificate certificate, Collection<String> unresolved) {
            unresolved.remove(EXTENDED_KEY_USAGE);
        }
    }
}

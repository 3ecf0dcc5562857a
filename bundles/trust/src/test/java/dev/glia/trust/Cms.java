package dev.glia.trust;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore.PrivateKeyEntry;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;

/** Signed data as signature blocks of jars and time stamps are: EC keys and SHA-256. */
final class Cms {
    static final String DATA = "1.2.840.113549.1.7.1";
    private static final String SIGNED_DATA = "1.2.840.113549.1.7.2";
    private static final String CONTENT_TYPE = "1.2.840.113549.1.9.3";
    private static final String MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    private static final byte[] SHA_256 = Der.of(Der.SEQUENCE, Der.id("2.16.840.1.101.3.4.2.1"));
    private static final byte[] ECDSA = Der.of(Der.SEQUENCE, Der.id("1.2.840.10045.4.3.2"));

    private Cms() {}

    /** Signs a content that stands elsewhere, or inside when it is given a place there. */
    static byte[] sign(String type, byte[] content, boolean inside, PrivateKeyEntry signer)
            throws GeneralSecurityException {
        X509Certificate certificate = (X509Certificate) signer.getCertificate();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
        byte[][] attributes = {
            attribute(CONTENT_TYPE, Der.id(type)),
            attribute(MESSAGE_DIGEST, Der.of(Der.OCTETS, digest))
        };
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer.getPrivateKey());
        signature.update(Der.of(Der.SET, attributes));
        byte[] information =
                Der.of(
                        Der.SEQUENCE,
                        Der.integer(1),
                        Der.of(
                                Der.SEQUENCE,
                                certificate.getIssuerX500Principal().getEncoded(),
                                Der.integer(certificate.getSerialNumber())),
                        SHA_256,
                        Der.tagged(0, attributes),
                        ECDSA,
                        Der.of(Der.OCTETS, signature.sign()));
        var chain = new ByteArrayOutputStream();
        for (Certificate each : signer.getCertificateChain()) {
            chain.writeBytes(each.getEncoded());
        }
        byte[] what =
                inside
                        ? Der.of(
                                Der.SEQUENCE,
                                Der.id(type),
                                Der.tagged(0, Der.of(Der.OCTETS, content)))
                        : Der.of(Der.SEQUENCE, Der.id(type));
        return Der.of(
                Der.SEQUENCE,
                Der.id(SIGNED_DATA),
                Der.tagged(
                        0,
                        Der.of(
                                Der.SEQUENCE,
                                Der.integer(type.equals(DATA) ? 1 : 3),
                                Der.of(Der.SET, SHA_256),
                                what,
                                Der.tagged(0, chain.toByteArray()),
                                Der.of(Der.SET, information))));
    }

    private static byte[] attribute(String type, byte[] value) {
        return Der.of(Der.SEQUENCE, Der.id(type), Der.of(Der.SET, value));
    }
}

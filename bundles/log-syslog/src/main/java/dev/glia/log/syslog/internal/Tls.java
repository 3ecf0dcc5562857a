package dev.glia.log.syslog.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS of the JDK. The server must prove its name; stores are read when a connection is made, so
 * that renewed certificates are found.
 *
 * @param trust the certificates that are trusted, or those of the JDK
 * @param own the certificate that this side shows, or none
 */
record Tls(Store trust, Store own) implements StreamServer.Security {

    /**
     * A PKCS #12 or JKS file.
     *
     * @param path where it is; empty for none
     * @param password its password
     */
    record Store(String path, String password) {
        boolean isGiven() {
            return !path.isBlank();
        }

        KeyStore open() throws GeneralSecurityException, IOException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(Path.of(path))) {
                store.load(in, password.toCharArray());
            }
            return store;
        }

        @Override
        public String toString() {
            return path;
        }
    }

    @Override
    public Socket secure(Socket plain, String host, int port) throws IOException {
        var socket = (SSLSocket) context().getSocketFactory().createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private SSLContext context() throws IOException {
        try {
            TrustManager[] trusted = null;
            if (trust.isGiven()) {
                var factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(trust.open());
                trusted = factory.getTrustManagers();
            }
            KeyManager[] keys = null;
            if (own.isGiven()) {
                var factory =
                        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(own.open(), own.password().toCharArray());
                keys = factory.getKeyManagers();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trusted, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the stores for TLS cannot be used: " + e, e);
        }
    }
}

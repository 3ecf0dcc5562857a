package dev.glia.trust;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore.PrivateKeyEntry;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** A server of RFC 3161 time stamps that says the time it is told to say. */
final class TimeAuthority implements AutoCloseable {
    private static final String TIME_STAMP = "1.2.840.113549.1.9.16.1.4";
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private final HttpServer server;
    private final PrivateKeyEntry signer;
    private final Instant time;

    TimeAuthority(PrivateKeyEntry signer, Instant time) throws IOException {
        this.signer = signer;
        this.time = time;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        List<byte[]> request = Der.elements(exchange.getRequestBody().readAllBytes());
        byte[] imprint = request.get(1);
        byte[] nonce =
                request.stream()
                        .skip(2)
                        .filter(element -> element[0] == Der.INTEGER)
                        .findFirst()
                        .orElseThrow();
        byte[] statement =
                Der.of(
                        Der.SEQUENCE,
                        Der.integer(1),
                        Der.id("1.3.6.1.4.1.99999.1"),
                        imprint,
                        Der.integer(time.getEpochSecond()),
                        Der.text(Der.TIME, FORMAT.format(time)),
                        nonce);
        try {
            byte[] reply =
                    Der.of(
                            Der.SEQUENCE,
                            Der.of(Der.SEQUENCE, Der.integer(0)),
                            Cms.sign(TIME_STAMP, statement, true, signer));
            exchange.getResponseHeaders().add("Content-Type", "application/timestamp-reply");
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
        } catch (GeneralSecurityException unsigned) {
            throw new IOException(unsigned);
        } finally {
            exchange.close();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

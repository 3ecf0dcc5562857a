package dev.glia.log.syslog.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.glia.log.LogComponent;
import dev.glia.log.LogLevel;
import dev.glia.log.LogRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** RFC 5424 to servers that are there, on the loopback interface. */
@Timeout(60)
class ServersTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir Path folder;

    private static LogRecord record(String line) {
        return new LogRecord(
                Instant.parse("2026-03-07T04:05:06.123456789Z"),
                4711,
                2,
                LogLevel.ERROR,
                LogComponent.TDRV,
                "f",
                line,
                line,
                "syslog");
    }

    private static String frame(InputStream in) throws IOException {
        int length = 0;
        for (int c = in.read(); c != ' '; c = in.read()) {
            assertThat(c).isBetween((int) '0', (int) '9');
            length = length * 10 + c - '0';
        }
        byte[] message = in.readNBytes(length);
        assertThat(message).hasSize(length);
        return new String(message, StandardCharsets.UTF_8);
    }

    private static void isRfc5424(String message, String text) {
        assertThat(message)
                .matches("(?s)<11>1 2026-03-07T04:05:06\\.123456Z [!-~]+ glia 4711 TDRV - .*")
                .endsWith(" - " + text);
    }

    @Test
    void udpCarriesAMessageInADatagram() throws IOException {
        try (var server = new DatagramSocket(0, LOOPBACK);
                var receiver = new UdpServer("localhost", server.getLocalPort())) {
            receiver.write(record("one"));
            receiver.write(record("zwei ✓"));
            isRfc5424(datagram(server), "one");
            isRfc5424(datagram(server), "\ufeffzwei ✓");
        }
    }

    private static String datagram(DatagramSocket server) throws IOException {
        var packet = new DatagramPacket(new byte[65536], 65536);
        server.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    @Test
    void tcpCountsTheBytesOfEachMessage() throws IOException {
        try (var server = new ServerSocket(0, 5, LOOPBACK);
                var receiver = tcp(server)) {
            receiver.write(record("one\n    at x"));
            receiver.write(record("ü"));
            try (Socket accepted = server.accept()) {
                isRfc5424(frame(accepted.getInputStream()), "one\n    at x");
                isRfc5424(frame(accepted.getInputStream()), "\ufeffü");
            }
        }
    }

    private static StreamServer tcp(ServerSocket server) {
        return new StreamServer("localhost", server.getLocalPort(), StreamServer.Security.NONE);
    }

    @Test
    void aServerThatHungUpIsCalledAgainAndNothingIsLostAfterThat() throws Exception {
        try (var server = new ServerSocket(0, 5, LOOPBACK);
                var receiver = tcp(server)) {
            receiver.write(record("one"));
            try (Socket accepted = server.accept()) {
                isRfc5424(frame(accepted.getInputStream()), "one");
            }
            awaitHangUp(receiver);
            receiver.write(record("two"));
            try (Socket accepted = server.accept()) {
                isRfc5424(frame(accepted.getInputStream()), "two");
            }
        }
    }

    private static void awaitHangUp(StreamServer receiver) {
        while (receiver.isConnected()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aServerThatIsGoneIsNamed() throws IOException {
        int port;
        try (var server = new ServerSocket(0, 5, LOOPBACK)) {
            port = server.getLocalPort();
        }
        try (var receiver = new StreamServer("localhost", port, StreamServer.Security.NONE)) {
            assertThatIOException()
                    .isThrownBy(() -> receiver.write(record("x")))
                    .withMessageContaining("localhost:" + port);
        }
    }

    @Test
    void closingEndsACallThatHangs() throws Exception {
        try (var server = new ServerSocket(0, 5, LOOPBACK)) {
            var receiver = tcp(server);
            var failed = new IOException[1];
            var writer =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            while (true) {
                                                receiver.write(record("x".repeat(7000)));
                                            }
                                        } catch (IOException e) {
                                            failed[0] = e;
                                        }
                                    });
            try (Socket stopped = server.accept()) {
                assertThat(stopped.isConnected()).isTrue();
                while (!receiver.isConnected()) {
                    Thread.onSpinWait();
                }
                receiver.close();
                writer.join();
            }
            assertThat(failed[0]).isNotNull();
        }
    }

    @Test
    void tlsIsSpokenToAServerThatProvesItsName() throws Exception {
        Path good = keys("good", "dns:localhost");
        try (ServerSocket server = tlsServer(good);
                var receiver = tls(server, good)) {
            var accepted = Thread.ofVirtual();
            var message = new String[1];
            Thread reader =
                    accepted.start(
                            () -> {
                                try (Socket socket = server.accept()) {
                                    message[0] = frame(socket.getInputStream());
                                } catch (IOException e) {
                                    message[0] = e.toString();
                                }
                            });
            receiver.write(record("secret"));
            reader.join();
            isRfc5424(message[0], "secret");
        }
    }

    @Test
    void tlsRefusesAStrangerAndAnotherName() throws Exception {
        Path good = keys("good", "dns:localhost");
        Path stranger = keys("stranger", "dns:localhost");
        Path misnamed = keys("misnamed", "dns:example.org");
        refuses(stranger, good);
        refuses(misnamed, misnamed);
    }

    private void refuses(Path shown, Path trusted) throws Exception {
        try (ServerSocket server = tlsServer(shown);
                var receiver = tls(server, trusted)) {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try (Socket socket = server.accept()) {
                                    socket.getInputStream().read();
                                } catch (IOException e) {
                                    // As it should be.
                                }
                            });
            assertThatIOException()
                    .isThrownBy(() -> receiver.write(record("secret")))
                    .withMessageContaining("SSLHandshakeException");
        }
    }

    private static StreamServer tls(ServerSocket server, Path trusted) {
        return new StreamServer(
                "localhost",
                server.getLocalPort(),
                new Tls(new Tls.Store(trusted.toString(), "changeit"), new Tls.Store("", "")),
                Duration.ofSeconds(50));
    }

    private Path keys(String name, String subject) throws Exception {
        Path store = folder.resolve(name + ".p12");
        if (Files.exists(store)) {
            return store;
        }
        var keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-alias",
                                name,
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "san=" + subject,
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                "changeit")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(keytool.waitFor()).isZero();
        return store;
    }

    private static ServerSocket tlsServer(Path keys) throws Exception {
        KeyStore store = new Tls.Store(keys.toString(), "changeit").open();
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context.getServerSocketFactory().createServerSocket(0, 5, LOOPBACK);
    }
}

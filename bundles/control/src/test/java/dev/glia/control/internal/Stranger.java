package dev.glia.control.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The program of another user; it says what it gets to see of a socket. */
final class Stranger {
    private Stranger() {}

    /** Takes {@code connect} or {@code listen}, and the path of a socket. */
    public static void main(String[] arguments) {
        var address = UnixDomainSocketAddress.of(Path.of(arguments[1]));
        try {
            if (arguments[0].equals("listen")) {
                listen(address);
            } else {
                ask(address);
            }
        } catch (IOException failure) {
            System.out.println(failure.getMessage());
        }
    }

    private static void listen(UnixDomainSocketAddress address) throws IOException {
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            System.out.println("listening");
            try (SocketChannel client = server.accept()) {
                System.out.println("heard: " + read(client));
            }
        }
    }

    private static void ask(UnixDomainSocketAddress address) throws IOException {
        try (SocketChannel client = SocketChannel.open(address)) {
            System.out.println("connected");
            client.write(ByteBuffer.wrap("{\"i\":1}\n".getBytes(StandardCharsets.UTF_8)));
            System.out.println("answer: " + read(client));
        }
    }

    private static String read(SocketChannel from) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
        while (bytes.hasRemaining() && from.read(bytes) >= 0) {
            // Until the other end has said all.
        }
        return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    }
}

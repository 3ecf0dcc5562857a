package dev.glia.control;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A path that fits into the address of a Unix domain socket, which the kernel limits to 107 bytes:
 * the path itself, or one through a short link that lives as long as this object.
 */
final class ShortPath implements AutoCloseable {
    private static final int MAX_BYTES = 107;

    private final UnixDomainSocketAddress address;
    private final Path link;

    private ShortPath(Path socket, Path link) {
        this.address = UnixDomainSocketAddress.of(socket);
        this.link = link;
    }

    static ShortPath to(Path socket) throws IOException {
        if (fits(socket)) {
            return new ShortPath(socket, null);
        }
        // A folder of this user alone: nobody else can turn the link to another place.
        Path link = Files.createTempDirectory("glia").resolve("c");
        Path behind = link.resolve(socket.getFileName());
        if (!fits(behind)) {
            Files.delete(link.getParent());
            throw new IOException(
                    "the path "
                            + socket
                            + " is longer than the "
                            + MAX_BYTES
                            + " bytes of a socket's address, and so is one in the folder for temporary files;"
                            + " set GLIA_STATE_DIR to a shorter path");
        }
        Files.createSymbolicLink(link, socket.getParent());
        return new ShortPath(behind, link);
    }

    private static boolean fits(Path socket) {
        return socket.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }

    UnixDomainSocketAddress address() {
        return address;
    }

    @Override
    public void close() throws IOException {
        if (link != null) {
            Files.delete(link);
            Files.delete(link.getParent());
        }
    }
}

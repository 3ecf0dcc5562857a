package dev.glia.control.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.glia.control.ControlAddress;
import dev.glia.control.ControlFolder;
import dev.glia.control.Line;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/** Another user gets nothing of a control socket, even where the modes would let him. */
@Timeout(120)
class OtherUserTest {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final String NOBODY = "65534";
    private static final ControlAddress SELF = ControlAddress.ofThisProcess();

    @TempDir Path state;

    private Path control;
    private ControlFolder folder;

    @BeforeEach
    void becomeAnotherUser() throws Exception {
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "only root can become another user");
        assumeTrue(Files.isExecutable(SETPRIV), "there is no setpriv");
        mode(state, "rwxr-xr-x");
        String code = Stranger.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(state.resolve(code).getParent());
        try (InputStream in = Stranger.class.getResourceAsStream("Stranger.class")) {
            Files.copy(in, state.resolve(code));
        }
        assumeTrue(
                output("listen", state.resolve("no/folder")).contains("No such file"),
                "this process, or its JDK, does not serve another user");
        control = state.resolve("control");
        folder = new ControlFolder(state);
    }

    @AfterEach
    void close() throws IOException {
        mode(state, "rwx------");
    }

    @Test
    void aClientOfAnotherUserIsNotServed() throws Exception {
        try (var server =
                new Server(() -> folder, ControlFolder::listen, Map::copyOf, Server.Limits.USUAL)) {
            server.start();
            while (folder.addresses().isEmpty()) {
                Thread.onSpinWait();
            }
            Path socket = control.resolve(SELF.fileName());
            assertThat(output("connect", socket)).contains("Permission denied");

            mode(control, "rwxrwxrwx");
            mode(socket, "rwxrwxrwx");
            assertThat(output("connect", socket))
                    .startsWith("connected")
                    .doesNotContain("{")
                    .matches("(?s).*(answer: \n|Broken pipe|Connection reset).*");

            mode(control, "rwx------");
            try (SocketChannel client = folder.connect(SELF)) {
                Line.write(client, Map.of("i", 1));
                assertThat(new Line(client, Line.ANSWER).read()).contains(Map.of("i", 1));
            }
        }
    }

    @Test
    void aListenerOfAnotherUserIsNotAsked() throws Exception {
        Files.createDirectory(control);
        mode(control, "rwxrwxrwx");
        Path socket = control.resolve(SELF.fileName());
        Process stranger = stranger("listen", socket);
        try (BufferedReader said = stranger.inputReader()) {
            assertThat(said.readLine()).isEqualTo("listening");
            mode(control, "rwx------");
            Files.setOwner(socket, Files.getOwner(control));

            assertThatIOException().isThrownBy(() -> folder.connect(SELF));

            assertThat(said.readLine()).isEqualTo("heard: ");
        } finally {
            stranger.destroyForcibly();
        }
    }

    private String output(String what, Path socket) throws Exception {
        Process stranger = stranger(what, socket);
        try {
            String said =
                    new String(stranger.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            stranger.waitFor();
            return said;
        } finally {
            stranger.destroyForcibly();
        }
    }

    private Process stranger(String what, Path socket) throws IOException {
        return new ProcessBuilder(
                        List.of(
                                SETPRIV.toString(),
                                "--reuid",
                                NOBODY,
                                "--regid",
                                NOBODY,
                                "--clear-groups",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                state.toString(),
                                Stranger.class.getName(),
                                what,
                                socket.toString()))
                .redirectErrorStream(true)
                .start();
    }

    private static void mode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}

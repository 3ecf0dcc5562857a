package dev.glia.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.glia.core.ProcessIdentity;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

class ControlFolderTest {
    private static final ControlAddress SELF = ControlAddress.ofThisProcess();
    private static final ControlAddress DEAD =
            new ControlAddress(
                    new ProcessIdentity(SELF.process().namespace(), 4_000_000_000L, 1), 0);

    @TempDir Path state;

    @Test
    void folderAndSocketAreThisUsersAlone() throws IOException {
        try (var socket = new ControlFolder(state).listen()) {
            assertThat(mode(state.resolve("control"))).isEqualTo("rwx------");
            assertThat(mode(socket.file())).isEqualTo("rw-------");
            assertThat(socket.file().getFileName()).hasToString(SELF.fileName());
        }
    }

    @Test
    void aListenerIsFoundAndReached() throws IOException {
        var folder = new ControlFolder(state);
        assertThat(folder.addresses()).isEmpty();
        assertThat(state.resolve("control")).doesNotExist();

        try (var socket = folder.listen()) {
            assertThat(folder.addresses()).containsExactly(SELF);
            talk(folder, socket, SELF);
        }

        assertThat(folder.addresses()).isEmpty();
        assertThat(state.resolve("control")).isEmptyDirectory();
        assertThatIOException().isThrownBy(() -> folder.connect(SELF));
    }

    @Test
    void twoRuntimesOfAProcessHaveASocketEach() throws IOException {
        var folder = new ControlFolder(state);

        try (var first = folder.listen();
                var second = folder.listen()) {
            assertThat(folder.addresses()).containsExactly(SELF, SELF.next());
            talk(folder, first, SELF);
            talk(folder, second, SELF.next());
        }
    }

    @Test
    void whoFindsASocketReachesIt() throws Exception {
        for (int i = 0; i < 500; i++) {
            var folder = new ControlFolder(state.resolve("" + i));
            var client = new FutureTask<>(() -> reachAsSoonAsPossible(folder));
            Thread.ofPlatform().daemon().start(client);
            try (var _ = folder.listen()) {
                assertThat(client.get(1, TimeUnit.MINUTES)).isEqualTo(SELF);
            }
        }
    }

    private static ControlAddress reachAsSoonAsPossible(ControlFolder folder) throws IOException {
        while (true) {
            for (ControlAddress found : folder.addresses()) {
                folder.connect(found).close();
                return found;
            }
        }
    }

    @Test
    void aPathThatIsTooLongIsReachedAnotherWay() throws IOException {
        Path deep = state.resolve("x".repeat(100)).resolve("y".repeat(100));
        var folder = new ControlFolder(deep);

        try (var socket = folder.listen()) {
            assertThat(socket.file()).exists();
            talk(folder, socket, SELF);
        }

        assertThat(deep.resolve("control")).isEmptyDirectory();
    }

    @Test
    void whatADeadProcessLeftIsRemoved() throws IOException {
        Path control = folder();
        Path dead = control.resolve(DEAD.fileName());
        ProcessIdentity self = SELF.process();
        Path reborn =
                control.resolve(
                        new ControlAddress(
                                        new ProcessIdentity(
                                                self.namespace(), self.pid(), self.started() + 1),
                                        0)
                                .fileName());
        leave(dead);
        leave(reborn);

        assertThat(new ControlFolder(state).addresses()).isEmpty();

        assertThat(control).isEmptyDirectory();
    }

    @Test
    void whatADeadProcessDidNotFinishIsRemoved() throws IOException {
        String dead = DEAD.fileName();
        Files.createFile(folder().resolve(dead));
        leave(folder().resolve(dead + ".new"));

        assertThat(new ControlFolder(state).addresses()).isEmpty();

        assertThat(folder()).isEmptyDirectory();
    }

    @Test
    void whoListensIsLeftAloneEvenIfItsProcessIsUnknownHere() throws IOException {
        ControlAddress elsewhere = elsewhere(DEAD.process());
        Path file = folder().resolve(elsewhere.fileName());
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(java.net.UnixDomainSocketAddress.of(file));

            assertThat(new ControlFolder(state).addresses()).containsExactly(elsewhere);
            new ControlFolder(state).listen().close();

            assertThat(file).exists();
        }
    }

    /** Two containers with one folder: both count from 1, and may start in one clock tick. */
    @Test
    void aTwinInAnotherContainerHasANameOfItsOwn() throws IOException {
        ControlAddress twin = elsewhere(SELF.process());
        Path finished = folder().resolve(twin.fileName());
        Path begun = folder().resolve(twin.next().fileName());
        Path old = folder().resolve(twin.next().next().fileName() + ".new");
        leave(finished);
        Files.createFile(begun);
        leave(old);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(3600)));
        var folder = new ControlFolder(state);

        try (var socket = folder.listen()) {
            assertThat(socket.file().getFileName()).hasToString(SELF.fileName());
            assertThat(folder.addresses()).containsExactly(SELF);
        }

        assertThat(begun).as("it may be about to listen").exists();
        assertThat(finished).as("nobody listens").doesNotExist();
        assertThat(old).doesNotExist();
        assertThat(SELF.name()).isEqualTo("" + SELF.pid());
        assertThat(twin.name()).isEqualTo(SELF.pid() + "@" + twin.process().namespace());
    }

    private static ControlAddress elsewhere(ProcessIdentity like) {
        return new ControlAddress(
                new ProcessIdentity(like.namespace() + 1, like.pid(), like.started()), 0);
    }

    @Test
    void otherFilesAndLinksAreNoSockets() throws IOException {
        Path control = folder();
        Path target = Files.createFile(state.resolve("target"));
        Files.createFile(control.resolve("notes.txt"));
        Files.createFile(control.resolve(SELF.fileName()));
        Files.createSymbolicLink(control.resolve(SELF.next().fileName()), target);
        var folder = new ControlFolder(state);

        assertThat(folder.addresses()).isEmpty();
        try (var socket = folder.listen()) {
            assertThat(socket.file().getFileName()).hasToString(SELF.next().next().fileName());
        }

        assertThat(target).exists();
        assertThat(control.resolve("notes.txt")).exists();
    }

    @Test
    void anUnsafeFolderIsRefused() throws IOException {
        Path elsewhere = Files.createDirectory(state.resolve("elsewhere"));
        Path linked = Files.createDirectory(state.resolve("linked"));
        Files.createSymbolicLink(linked.resolve("control"), elsewhere);
        Path open = Files.createDirectory(state.resolve("open"));
        Files.createDirectory(open.resolve("control"));
        Files.setPosixFilePermissions(
                open.resolve("control"), PosixFilePermissions.fromString("rwxrwx---"));
        Path file = Files.createDirectory(state.resolve("file"));
        Files.createFile(file.resolve("control"));

        for (var wrong :
                Map.of(linked, "link", open, "written to by other users", file, "no folder")
                        .entrySet()) {
            var folder = new ControlFolder(wrong.getKey());
            assertThatIOException()
                    .isThrownBy(folder::listen)
                    .withMessageContaining(wrong.getValue());
            assertThatIOException()
                    .isThrownBy(folder::addresses)
                    .withMessageContaining("GLIA_STATE_DIR");
            assertThatIOException().isThrownBy(() -> folder.connect(SELF));
        }
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void namesAreReadAsTheyAreWritten() {
        assertThat(ControlAddress.parse(SELF.fileName())).contains(SELF);
        for (String other :
                List.of(
                        "1-2-3.sock",
                        "1-2-3-4",
                        "-1-2-3-4.sock",
                        "01-2-3-4.sock",
                        "1-2-3-4.sock.old",
                        "99999999999-1-0-0.sock",
                        "1-9999999999999999999-0-0.sock")) {
            assertThat(ControlAddress.parse(other)).as(other).isEmpty();
        }
    }

    private Path folder() throws IOException {
        return Files.createDirectories(
                state.resolve("control"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** A socket whose process was killed: its file stays. */
    private static void leave(Path file) throws IOException {
        try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            gone.bind(java.net.UnixDomainSocketAddress.of(file));
        }
        assertThat(file).exists();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    private static void talk(
            ControlFolder folder, ControlFolder.Listener socket, ControlAddress address)
            throws IOException {
        try (SocketChannel client = folder.connect(address);
                SocketChannel served = socket.channel().accept()) {
            folder.requireSameUser(served);
            Line.write(client, Map.of("do", "drivers"));
            assertThat(new Line(served, Line.REQUEST).read()).contains(Map.of("do", "drivers"));
        }
    }
}

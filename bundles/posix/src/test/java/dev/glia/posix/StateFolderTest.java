package dev.glia.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

class StateFolderTest {
    @TempDir private Path temp;

    @Test
    void itsPlaceFollowsXdg() {
        assertThat(StateFolder.place("/x", "/home/u")).isEqualTo(Path.of("/x/glia"));
        assertThat(StateFolder.place(null, "/home/u"))
                .isEqualTo(Path.of("/home/u/.local/state/glia"));
        assertThat(StateFolder.place("relative", "/home/u"))
                .isEqualTo(Path.of("/home/u/.local/state/glia"));
    }

    /** Java calls the name of each user without an entry in passwd the same. */
    @Test
    void usersWithoutAHomeDoNotShareOne() throws IOException {
        Path place = StateFolder.place("", "?");
        assertThat(place.isAbsolute()).isTrue();
        assertThat(place.getFileName()).hasToString("glia-" + uid());
    }

    @Test
    void isMadeForThisUserAlone() throws IOException {
        Path folder = StateFolder.open(temp.resolve("a/b"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        assertThat(StateFolder.foreign(folder)).isEmpty();
    }

    @Test
    void whatOthersMayWriteToIsRefused() throws IOException {
        for (String permissions : new String[] {"rwxrwx---", "rwx----w-"}) {
            Path folder = Files.createTempDirectory(temp, "open");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
            requireRefused(folder, "may be written to by other users (" + permissions);
        }
    }

    @Test
    void aLinkIsRefusedWhereverItLeads() throws IOException {
        Path own = StateFolder.open(temp.resolve("own"));
        requireRefused(
                Files.createSymbolicLink(temp.resolve("link"), own),
                "is a symbolic link to " + own);
        requireRefused(
                Files.createSymbolicLink(temp.resolve("dangling"), temp.resolve("nowhere")),
                "is a symbolic link");
        assertThat(temp.resolve("nowhere")).doesNotExist();
    }

    @Test
    void whatIsNoFolderIsRefused() throws Exception {
        Path file = Files.createFile(temp.resolve("file"));
        requireRefused(file, "is a file");
        Path pipe = temp.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        requireRefused(pipe, "is neither a file nor a folder");
    }

    @Test
    void theFolderOfAnotherUserIsRefused() throws IOException {
        assumeTrue(uid().equals(0), "only root may give folders away");
        Path folder = StateFolder.open(temp.resolve("given"));
        Files.setAttribute(folder, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
        requireRefused(folder, "belongs to user ");
    }

    @Test
    void anInterruptedThreadMayOpenIt() {
        Thread.currentThread().interrupt();
        try {
            StateFolder.open(temp.resolve("interrupted"));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static Object uid() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    private static void requireRefused(Path folder, String why) {
        assertThatThrownBy(() -> StateFolder.open(folder))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContainingAll(folder + " is not safe: it " + why, "GLIA_STATE_DIR");
    }
}

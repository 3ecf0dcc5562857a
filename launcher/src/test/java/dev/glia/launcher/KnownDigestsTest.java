package dev.glia.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

class KnownDigestsTest {
    /** A file that did not change for long. */
    private static final Path SETTLED = Path.of(System.getProperty("java.home"), "release");

    private static final String FALSE = "SHA-256;" + "0".repeat(64);

    @TempDir Path temp;

    @Test
    void remembersAFileForTheNextStart() throws IOException {
        Path folder = temp.resolve("cache/glia");
        String digest = learn(folder);

        KnownDigests next = KnownDigests.in(folder);
        assertThat(next.known(SETTLED)).contains(digest);
        assertThat(next.of(SETTLED)).isEqualTo(BundleTrust.digest(SETTLED));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void computesOnlyWhatItDoesNotKnow() throws IOException {
        Path folder = temp.resolve("glia");
        String digest = learn(folder);
        Path file = folder.resolve("bundle-digests");
        Files.writeString(file, Files.readString(file).replace(digest, FALSE));

        assertThat(KnownDigests.in(folder).of(SETTLED)).isEqualTo(FALSE);
    }

    @Test
    void doesNotRememberAFileThatChangedJustNow() throws IOException {
        Path folder = temp.resolve("glia");
        Path fresh = Files.writeString(temp.resolve("fresh.jar"), "abc");
        KnownDigests digests = KnownDigests.in(folder);
        digests.of(fresh);
        digests.save();

        assertThat(KnownDigests.in(folder).known(fresh)).isEmpty();
    }

    /** Device, inode, size, time of modification and time of change. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void knowsNoFileThatDiffersIn(int field) throws IOException {
        Path folder = temp.resolve("glia");
        String digest = learn(folder);
        Path file = folder.resolve("bundle-digests");
        String[] line = Files.readString(file).split(" ");
        String[] identity = line[0].split(":");
        identity[field] = String.valueOf(Long.parseLong(identity[field]) + 1);
        Files.writeString(file, String.join(":", identity) + " " + line[1]);

        assertThat(KnownDigests.in(folder).known(SETTLED)).isEmpty();
        assertThat(KnownDigests.in(folder).of(SETTLED)).isEqualTo(digest);
    }

    @Test
    void readsNoMemoryThatOthersCanWrite() throws IOException {
        Path folder = temp.resolve("glia");
        String digest = learn(folder);
        Path file = folder.resolve("bundle-digests");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(KnownDigests.in(folder).known(SETTLED)).isEmpty();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(KnownDigests.in(folder).known(SETTLED)).isEmpty();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        assertThat(KnownDigests.in(folder).known(SETTLED)).contains(digest);
    }

    @Test
    void followsNoLink() throws IOException {
        Path folder = temp.resolve("glia");
        learn(folder);
        Path file = folder.resolve("bundle-digests");
        Path elsewhere = Files.move(file, temp.resolve("elsewhere"));
        Files.createSymbolicLink(file, elsewhere);

        assertThat(KnownDigests.in(folder).known(SETTLED)).isEmpty();
    }

    @Test
    void passesOverWhatIsDamaged() throws IOException {
        Path folder = temp.resolve("glia");
        String digest = learn(folder);
        Path file = folder.resolve("bundle-digests");
        String line = Files.readString(file);
        Files.writeString(file, "\u0000\nnonsense\n" + line + line.substring(0, 20));
        assertThat(KnownDigests.in(folder).known(SETTLED)).contains(digest);

        Files.writeString(file, line.repeat(1 + (1 << 16) / line.length()));
        assertThat(KnownDigests.in(folder).known(SETTLED)).isEmpty();
    }

    @Test
    void goesOnWithoutAPlace() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "");

        assertThat(learn(file)).isEqualTo(BundleTrust.digest(SETTLED));
        assertThat(KnownDigests.place("relative", "/home/a")).hasToString("/home/a/.cache/glia");
        assertThat(KnownDigests.place("/var/cache", "/home/a")).hasToString("/var/cache/glia");
    }

    private static String learn(Path folder) throws IOException {
        KnownDigests digests = KnownDigests.in(folder);
        String digest = digests.of(SETTLED);
        digests.save();
        return digest;
    }
}

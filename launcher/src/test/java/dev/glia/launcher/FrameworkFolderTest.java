package dev.glia.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class FrameworkFolderTest {
    @TempDir Path parent;

    @Test
    void isRemovedAtTheEnd() throws IOException {
        try (FrameworkFolder folder = FrameworkFolder.create(parent)) {
            Files.createDirectories(folder.path().resolve("cache/bundle1"));
            Files.writeString(folder.path().resolve("cache/bundle1/file"), "x");
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void leavesTheFoldersOfItsOwnProcessAlone() throws IOException {
        try (FrameworkFolder first = FrameworkFolder.create(parent);
                FrameworkFolder second = FrameworkFolder.create(parent)) {
            assertThat(first.path()).isDirectory().isNotEqualTo(second.path());
        }
    }

    @Test
    void sweepsWhatAKilledProcessLeftButNothingOfALivingOne() throws Exception {
        Process living = holder();
        try {
            Path other = heldBy(living);
            try (FrameworkFolder mine = FrameworkFolder.create(parent)) {
                assertThat(other).isDirectory();
                living.destroyForcibly().waitFor();
                assertThat(mine.path()).isDirectory();
            }
            assertThat(other).isDirectory();
            FrameworkFolder.create(parent).close();
            assertThat(other).doesNotExist();
        } finally {
            living.destroyForcibly();
        }
    }

    @Test
    void whatIsWrongWithTheTemporaryFolderIsTold() {
        Path missing = parent.resolve("missing");
        assertThatThrownBy(() -> FrameworkFolder.create(missing))
                .hasMessageStartingWith("the temporary folder " + missing + " cannot be used (")
                .hasMessageContaining("-Djava.io.tmpdir=FOLDER names another");
    }

    private Process holder() throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new ProcessBuilder(
                        List.of(
                                java.toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                parent.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private Path heldBy(Process process) throws IOException {
        process.inputReader().readLine(); // the folder is locked now
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.findFirst().orElseThrow();
        }
    }

    /** A process that has a folder until it is killed. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            FrameworkFolder.create(Path.of(args[0]));
            System.out.println("ready");
            System.in.read(); // ends with the test at the latest
        }
    }
}

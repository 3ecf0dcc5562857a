package dev.glia.neff.internal;

import static dev.glia.neff.internal.NeffFiles.good;
import static dev.glia.neff.internal.NeffFiles.neff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.neff.NeffMember;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;

class UnpackingTest {
    @TempDir private Path folder;

    private final NeffLoader loader = new NeffLoader();
    private final byte[] weights = new byte[600_000];
    private Path file;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        new Random(1).nextBytes(weights);
        file =
                Files.write(
                        folder.resolve("m.neff"),
                        neff(good().file("sg00/in/w.bin", weights).file("sg00/e", "").end()));
        out = folder.resolve("new/out");
    }

    @Test
    void writesEveryMember() throws IOException {
        List<Path> files = loader.unpack(file, out);
        assertThat(files)
                .containsExactly(
                        out.resolve("kelf-0.json"),
                        out.resolve("neff.json"),
                        out.resolve("sg00/in/w.bin"),
                        out.resolve("sg00/e"));
        assertThat(out.resolve("sg00/in/w.bin")).hasBinaryContent(weights);
        assertThat(out.resolve("sg00/e")).isEmptyFile();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.getFirst())))
                .isEqualTo("rw-r--r--");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo("rwxr-xr-x");
    }

    @Test
    void overwritesNothingAndLeavesWhatWasThere() throws IOException {
        Files.createDirectories(out.resolve("sg00/in"));
        Files.writeString(out.resolve("sg00/in/w.bin"), "mine");
        assertThatThrownBy(() -> loader.unpack(file, out))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("w.bin exists and is not overwritten");
        assertThat(out.resolve("sg00/in/w.bin")).hasContent("mine");
        assertThat(out.toFile().list()).containsExactly("sg00");
    }

    @Test
    void followsNoLinkBelowTheFolder() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside/in")).getParent();
        Files.createDirectories(out);
        Files.createSymbolicLink(out.resolve("sg00"), outside);
        assertThatThrownBy(() -> loader.unpack(file, out)).isInstanceOf(NrtException.class);
        assertThat(outside.resolve("in")).isEmptyDirectory();
        assertThat(out.toFile().list()).containsExactly("sg00");
        Files.delete(out.resolve("sg00"));
        Files.createSymbolicLink(out.resolve("neff.json"), folder.resolve("dangling"));
        assertThatThrownBy(() -> loader.unpack(file, out)).isInstanceOf(NrtException.class);
        assertThat(folder.resolve("dangling")).doesNotExist();
    }

    /** Somebody who may write to the folder puts a link there while it is being unpacked. */
    @Test
    void followsNoLinkThatAppears() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("first"), "mine");
        Unpacking unpacking = new Unpacking(out, Refusals.of(file));
        unpacking.accept(new NeffMember("sg00/first", 0), null);
        Files.move(out.resolve("sg00"), out.resolve("away"));
        Files.createSymbolicLink(out.resolve("sg00"), outside);
        assertThatThrownBy(() -> unpacking.accept(new NeffMember("sg00/second", 0), null))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining(out.resolve("sg00") + " exists");
        unpacking.close();
        assertThat(outside.toFile().list()).containsExactly("first");
    }

    @Test
    void theFolderItselfMayBeALink() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Files.createSymbolicLink(folder.resolve("link"), real);
        loader.unpack(file, folder.resolve("link"));
        assertThat(real.resolve("sg00/in/w.bin")).hasBinaryContent(weights);
    }

    @Test
    void theWorkingFolderWillDo() {
        assertThatThrownBy(() -> loader.unpack(folder.resolve("none"), Path.of("")))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("no such file");
        assertThat(loader.unpack(file, Path.of("target", "unpacked-" + System.nanoTime())))
                .hasSize(4);
    }

    @Test
    void aFileInPlaceOfTheFolderIsNamed() throws IOException {
        Files.writeString(folder.resolve("new"), "a file");
        assertThatThrownBy(() -> loader.unpack(file, out))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining(folder.resolve("new").toString());
        assertThat(folder.resolve("new")).hasContent("a file");
    }
}

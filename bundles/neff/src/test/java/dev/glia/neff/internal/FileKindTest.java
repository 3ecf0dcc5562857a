package dev.glia.neff.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.neff.FileKind;
import dev.glia.neff.FileKind.Wanted;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Files that are not what they should be are known by what they are. */
class FileKindTest {
    private static final String LFS =
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2\nsize 132\n";

    @TempDir private Path folder;

    /** Some bytes, one character each, and what they are; null for nothing known. */
    record Case(String bytes, FileKind kind) {
        byte[] content() {
            return bytes.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static List<Case> cases() {
        byte[] neff = NeffFiles.neff(NeffFiles.good().end());
        byte[] tar = NeffFiles.good().end();
        return List.of(
                new Case("", FileKind.EMPTY),
                new Case(text(neff), FileKind.NEFF),
                new Case(text(Arrays.copyOf(neff, 16)), FileKind.NEFF),
                new Case(LFS, FileKind.LFS_POINTER),
                new Case(LFS.replace("\n", "\r\n"), FileKind.LFS_POINTER),
                new Case("<!DOCTYPE html>\n<p>Not found", FileKind.HTML),
                new Case("\n  <HTML lang=en>", FileKind.HTML),
                new Case("\u00ef\u00bb\u00bf<html>", FileKind.HTML),
                new Case(
                        "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
                        FileKind.XML),
                new Case("<?xml version=\"1.0\"?>\n<html xmlns=\"x\">", FileKind.HTML),
                new Case("{\"error\":\"Invalid username or password.\"}", FileKind.JSON),
                new Case(" [1, 2]", FileKind.JSON),
                new Case("Entry not found", FileKind.TEXT),
                new Case("caf\u00c3\u00a9\n".repeat(300), FileKind.TEXT),
                new Case("\u00ff\u00feN\0o\0", FileKind.TEXT),
                new Case("#!/bin/sh\nexec python", FileKind.SCRIPT),
                new Case("PK\3\4" + "\0".repeat(22) + "\10\0\0\0data.pkl", FileKind.ZIP),
                new Case("PK\5\6", FileKind.ZIP),
                new Case("PK\3\4" + "\0".repeat(22) + "\5\0\0\0x.npyPK", FileKind.NPZ),
                new Case(text(NeffFiles.gzip(neff)), FileKind.GZIP_NEFF),
                new Case(text(NeffFiles.gzip(tar)), FileKind.TAR_GZIP),
                new Case(text(Arrays.copyOf(NeffFiles.gzip(tar), 9)), FileKind.GZIP),
                new Case(text(NeffFiles.gzip(new byte[5000])), FileKind.GZIP),
                new Case(text(tar), FileKind.TAR),
                new Case("(\u00b5/\u00fd\0", FileKind.PACKED),
                new Case("\u00fd7zXZ\0\0", FileKind.PACKED),
                new Case("BZh9", FileKind.PACKED),
                new Case("\10\0\0\0\0\0\0\0{\"a\":1}", null),
                new Case("\7\0\0\0\0\0\0\0{\"a\":1}", FileKind.SAFETENSORS),
                new Case("\u0089HDF\r\n\u001a\n\0", FileKind.HDF5),
                new Case("\u0080\2\u008a\nl\u00fc\u009cF", FileKind.PICKLE),
                new Case("GGUF\3\0\0\0", FileKind.GGUF),
                new Case("\34\0\0\0TFL3\0\0", FileKind.TFLITE),
                new Case("\30\0\0\0ORTM\0\0", FileKind.ORT),
                new Case("\u007fELF\2\1\1", FileKind.ELF),
                new Case("\u0093NUMPY\1\0", FileKind.ARRAY),
                new Case("\u0089PNG\r\n\u001a\n\0", FileKind.PICTURE),
                new Case("\u00ff\u00d8\u00ff\u00e0", FileKind.PICTURE),
                new Case("\10\10\22\7pytorch\32\0052.5.1:\1\0", FileKind.ONNX),
                new Case("\10\10B\4\n\0\20\21", FileKind.ONNX),
                new Case("\10\3\22\1x2\u00f0\u00930" + "documentation ".repeat(100), FileKind.ONNX),
                new Case("\10\1\22\u00d0\u008f\1\n\4\0\1\2\3", FileKind.SAVED_MODEL),
                // Tensors of ONNX, and random bytes.
                new Case("\10\3\10\4\20\1B\1xJ\0", null),
                new Case("\n\2\3\4\20\1J\0", null),
                new Case("\0".repeat(4096), null),
                new Case("\3\0\0\0\0\0\0\0\0\4\0\0\0\0\0\0", null),
                new Case("\u00e9\u00e8\1", null));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isKnownByItsFirstBytes(Case one) throws IOException {
        Path file = Files.write(folder.resolve("f"), one.content());
        assertThat(FileKind.of(file)).isEqualTo(Optional.ofNullable(one.kind()));
    }

    @Test
    void everyKindIsTried() {
        assertThat(cases()).extracting(Case::kind).contains(FileKind.values());
    }

    static List<Case> strangers() {
        return cases().stream().filter(one -> one.kind() != FileKind.NEFF).toList();
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void aLoadSaysWhatItIs(Case one) throws IOException {
        Path file = Files.write(folder.resolve("model"), one.content());
        String found = one.kind() == null ? "" : one.kind().insteadOf(Wanted.NEFF, file.toString());
        assertThatThrownBy(() -> new NeffLoader().open(file, HashCheck.REQUIRE_LATER))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining(file + ": " + found);
    }

    @ParameterizedTest
    @EnumSource(FileKind.class)
    void thereIsANextStepForEveryNeed(FileKind kind) {
        for (Wanted wanted : Wanted.values()) {
            assertThat(kind.insteadOf(wanted, "f%n"))
                    .matches("it is .+; .{5,}")
                    .doesNotContain("%s", "; ;");
        }
    }

    @Test
    void theNextStepCanBeCopied() {
        assertThat(FileKind.ONNX.insteadOf(Wanted.NEFF, "m.onnx"))
                .endsWith("compile it first: glia compile m.onnx --arch ARCH");
        assertThat(FileKind.NEFF.insteadOf(Wanted.GRAPH, "m.neff"))
                .endsWith("it is compiled already: glia run m.neff");
        assertThat(FileKind.LFS_POINTER.insteadOf(Wanted.VALUES, "x.npy")).endsWith("git lfs pull");
        assertThat(FileKind.ZIP.insteadOf(Wanted.NEFF, "m.pt")).contains("unzip -l m.pt");
        assertThat(FileKind.SAFETENSORS.insteadOf(Wanted.GRAPH, "w")).contains("to ONNX");
        assertThat(FileKind.ARRAY.insteadOf(Wanted.NEFF, "x")).contains("--input NAME=x");
    }

    @Test
    void bytesInMemoryAreKnownToo() {
        byte[] onnx = "\10\10B\4\n\0\20\21".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(
                        () ->
                                new NeffLoader()
                                        .open(
                                                MemorySegment.ofArray(onnx),
                                                "memory",
                                                HashCheck.SKIP))
                .hasMessageContaining("memory: it is an ONNX graph, not a NEFF; compile it first");
    }

    @Test
    void whatIsNoRegularFileIsNotTouched() {
        assertThat(FileKind.of(folder)).isEmpty();
        assertThat(FileKind.of(folder.resolve("none"))).isEmpty();
        assertThat(FileKind.of(Path.of("/dev/zero"))).isEmpty();
    }
}

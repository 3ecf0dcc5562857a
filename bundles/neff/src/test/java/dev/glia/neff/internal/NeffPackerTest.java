package dev.glia.neff.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.ModelImage;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffMember;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.neff.NeffWriter.Content;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

class NeffPackerTest {
    private static final ModelImage.Graph GRAPH = new ModelImage.Graph("__onnx", "model.onnx");

    @TempDir private Path folder;

    private final NeffPacker packer = new NeffPacker();
    private final NeffLoader loader = new NeffLoader();

    private static TensorInfo input(String name, DType dtype, Long... shape) {
        return new TensorInfo(name, TensorInfo.Usage.INPUT, dtype, List.of(shape));
    }

    private static TensorInfo output(String name, DType dtype, Long... shape) {
        return new TensorInfo(name, TensorInfo.Usage.OUTPUT, dtype, List.of(shape));
    }

    private static Content content(String architecture, boolean hash, DType dtype, byte[] weights) {
        Map<String, MemorySegment> members = new LinkedHashMap<>();
        members.put("model.onnx", MemorySegment.ofArray("graph".getBytes(StandardCharsets.UTF_8)));
        members.put("weights/0.bin", MemorySegment.ofArray(weights));
        return new Content(
                "a \"name\" ü.neff",
                architecture,
                2,
                hash,
                List.of(input("image", dtype, 1L, 3L), input("in out", DType.FLOAT32)),
                List.of(output("in out", dtype, 5_000_000_000L)),
                GRAPH,
                members);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void readsBackWhatWasWritten(DType dtype) {
        Path file = folder.resolve("m.neff");
        byte[] weights = random(200_000);
        Content content = content("trn2", true, dtype, weights);
        long size = packer.write(file, content);
        assertThat(file).hasSize(size);
        try (Neff neff = loader.open(file, HashCheck.REQUIRE)) {
            assertThat(neff.name()).isEqualTo(content.name());
            assertThat(neff.architecture()).isEqualTo("trn2");
            assertThat(neff.target()).isEqualTo("cayman");
            assertThat(neff.lncSize()).isEqualTo(2);
            assertThat(neff.inputs()).isEqualTo(content.inputs());
            assertThat(neff.outputs()).isEqualTo(content.outputs());
            assertThat(neff.graphs()).containsExactly(GRAPH);
            assertThat(neff.members())
                    .extracting(NeffMember::name)
                    .containsExactly(
                            "neff.json", "glia.json", "info.json", "model.onnx", "weights/0.bin");
            assertThat(neff.member("weights/0.bin").toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(weights);
            assertThat(neff.header().dataSize() % 10_240).isZero();
            assertThat(neff.uuid().version()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({"trn1,sunda", "trn2,cayman", "inf1,inf1", "inf2,inf2", "trn3,trn3", "acme1,acme1"})
    void keepsTheArchitecture(String architecture, String target) {
        Path file = folder.resolve("m.neff");
        packer.write(file, content(architecture, false, DType.FLOAT32, random(10)));
        try (Neff neff = loader.open(file, HashCheck.COMPUTE)) {
            assertThat(neff.architecture()).isEqualTo(architecture);
            assertThat(neff.target()).isEqualTo(target);
            assertThat(neff.hash().orElseThrow().present()).isFalse();
        }
    }

    @Test
    void identicalContentGivesIdenticalBytes() throws IOException {
        Path one = folder.resolve("one.neff");
        Path two = folder.resolve("two.neff");
        packer.write(one, content("trn1", true, DType.INT8, random(70_000)));
        packer.write(two, content("trn1", true, DType.INT8, random(70_000)));
        assertThat(one).hasSameBinaryContentAs(two);
        packer.write(two, content("trn1", true, DType.INT8, random(70_001)));
        try (Neff first = loader.open(one, HashCheck.SKIP);
                Neff second = loader.open(two, HashCheck.SKIP)) {
            assertThat(first.uuid()).isNotEqualTo(second.uuid());
        }
        packer.write(two, content("trn1", false, DType.INT8, random(70_000)));
        try (Neff first = loader.open(one, HashCheck.SKIP);
                Neff second = loader.open(two, HashCheck.SKIP)) {
            assertThat(first.uuid())
                    .as("storing the hash does not make another model")
                    .isEqualTo(second.uuid());
        }
    }

    @Test
    void otherToolsReadIt() throws Exception {
        Path file = folder.resolve("m.neff");
        byte[] weights = random(150_000);
        packer.write(file, content("trn1", true, DType.INT8, weights));
        byte[] bytes = Files.readAllBytes(file);
        byte[] archive;
        try (InputStream in =
                new GZIPInputStream(new ByteArrayInputStream(bytes, 1024, bytes.length - 1024))) {
            archive = in.readAllBytes();
        }
        assertThat(archive.length % 10_240).isZero();
        Path tar = Files.write(folder.resolve("m.tar"), archive);
        Process process =
                new ProcessBuilder("tar", "-xf", tar.toString(), "-C", folder.toString())
                        .inheritIO()
                        .start();
        assertThat(process.waitFor()).isZero();
        assertThat(folder.resolve("weights/0.bin")).hasBinaryContent(weights);
        byte[] hash =
                NeffFiles.swapped(
                        NeffFiles.digest("SHA-256", Arrays.copyOfRange(bytes, 1024, bytes.length)));
        assertThat(Arrays.copyOfRange(bytes, 172, 204)).isEqualTo(hash);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 60_000, 65_535, 65_536, 131_070, 1_000_000})
    void blocksOfEverySizeAreWritten(int size) {
        Path file = folder.resolve("m.neff");
        packer.write(file, content("trn1", true, DType.INT8, random(size)));
        try (Neff neff = loader.open(file, HashCheck.REQUIRE)) {
            assertThat(neff.member("weights/0.bin").toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(random(size));
        }
    }

    @Test
    void longNamesAreSplit() {
        String name = "a".repeat(90) + "/" + "b".repeat(60) + "/" + "c".repeat(60);
        Path file = folder.resolve("m.neff");
        packer.write(file, withMember(name));
        try (Neff neff = loader.open(file, HashCheck.SKIP)) {
            assertThat(neff.members().getLast().name()).isEqualTo(name);
        }
    }

    private static Content withMember(String name) {
        Content good = content("trn1", false, DType.INT8, random(3));
        Map<String, MemorySegment> members = new LinkedHashMap<>(good.members());
        members.put(name, MemorySegment.ofArray(new byte[3]));
        return new Content("n", "trn1", 1, false, good.inputs(), good.outputs(), GRAPH, members);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "neff.json",
                "info.json",
                "../x",
                "/x",
                "./x",
                "a\\b",
                "",
                "model.onnx/x",
                "a//b",
                "x/"
            })
    void refusesNamesThatTheReaderWouldRefuse(String name) {
        refuses(withMember(name), "member");
    }

    @Test
    void refusesANameThatFitsNoHeader() {
        refuses(withMember("n".repeat(101)), "101 bytes long");
    }

    @Test
    void refusesWhatTheHeaderCannotHold() {
        Content good = content("trn1", false, DType.INT8, random(3));
        refuses(
                new Content(
                        "n".repeat(256),
                        "trn1",
                        1,
                        false,
                        good.inputs(),
                        good.outputs(),
                        GRAPH,
                        good.members()),
                "256 bytes; accepted: at most 255");
        refuses(
                new Content(
                        "n\n",
                        "trn1",
                        1,
                        false,
                        good.inputs(),
                        good.outputs(),
                        GRAPH,
                        good.members()),
                "printable");
        refuses(
                new Content(
                        "n",
                        "trn1",
                        -1,
                        false,
                        good.inputs(),
                        good.outputs(),
                        GRAPH,
                        good.members()),
                "lnc_size");
        refuses(
                new Content(
                        "n", "", 1, false, good.inputs(), good.outputs(), GRAPH, good.members()),
                "architecture");
        refuses(
                new Content(
                        "n",
                        "sunda",
                        1,
                        false,
                        good.inputs(),
                        good.outputs(),
                        GRAPH,
                        good.members()),
                "architecture is sunda");
    }

    @Test
    void refusesAGraphThatWouldNotReadBack() {
        Content good = content("trn1", false, DType.INT8, random(3));
        TensorInfo twice = good.inputs().getFirst();
        refuses(
                new Content(
                        "n",
                        "trn1",
                        1,
                        false,
                        List.of(twice, twice),
                        good.outputs(),
                        GRAPH,
                        good.members()),
                "Duplicate field 'image'");
        refuses(
                new Content("n", "trn1", 1, false, good.inputs(), good.outputs(), GRAPH, Map.of()),
                "no member model.onnx");
        refuses(
                new Content(
                        "n",
                        "trn1",
                        1,
                        false,
                        good.inputs(),
                        good.outputs(),
                        new ModelImage.Graph("__other", "model.onnx"),
                        good.members()),
                "__onnx");
    }

    private void refuses(Content content, String fragment) {
        Path file = folder.resolve("refused.neff");
        assertThatThrownBy(() -> packer.write(file, content))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("refused.neff")
                .hasMessageContaining(fragment);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFailureLeavesTheOldFileAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("m.neff"), "old");
        assertThatThrownBy(() -> packer.write(file, withMember("../x")))
                .isInstanceOf(NrtException.class);
        assertThat(file).hasContent("old");
        assertThatThrownBy(() -> packer.write(folder.resolve("none/m.neff"), withMember("x")))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("there is no folder");
        packer.write(file, withMember("x"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .startsWith("rw-");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }
}

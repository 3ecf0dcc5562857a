package dev.glia.neff.internal;

import static dev.glia.neff.internal.NeffFiles.good;
import static dev.glia.neff.internal.NeffFiles.graph;
import static dev.glia.neff.internal.NeffFiles.gzip;
import static dev.glia.neff.internal.NeffFiles.neff;
import static dev.glia.neff.internal.NeffFiles.padded;
import static dev.glia.neff.internal.NeffFiles.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.ModelImage;
import dev.glia.neff.HashState;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffMember;
import dev.glia.neff.NeffReader.HashCheck;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPInputStream;

class NeffLoaderTest {
    private final NeffLoader loader = new NeffLoader();

    private Neff open(byte[] neff) {
        return open(neff, HashCheck.SKIP);
    }

    private Neff open(byte[] neff, HashCheck check) {
        return loader.open(MemorySegment.ofArray(neff), "test.neff", check);
    }

    @Test
    void readsWhatTheCompilerWrites(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("a b.neff"), neff(good().end()));
        try (Neff neff = loader.open(file, HashCheck.REQUIRE)) {
            assertThat(neff.name()).isEqualTo("file.neff");
            assertThat(neff.uuid())
                    .isEqualTo(UUID.fromString("00a04c53-5fd9-4f07-bffd-d5eacdefc852"));
            assertThat(neff.target()).isEqualTo("cayman");
            assertThat(neff.architecture()).isEqualTo("trn2");
            assertThat(neff.lncSize()).isEqualTo(2);
            assertThat(neff.featureBits()).isEqualTo(0x209c00);
            assertThat(neff.header().version()).isEqualTo("2.0");
            assertThat(neff.header().tpbPerNode()).containsExactly(1);
            assertThat(neff.inputs())
                    .containsExactly(
                            new TensorInfo(
                                    "x",
                                    TensorInfo.Usage.INPUT,
                                    DType.FLOAT16,
                                    List.of(128L, 256L)),
                            new TensorInfo(
                                    "y",
                                    TensorInfo.Usage.INPUT,
                                    DType.FLOAT16,
                                    List.of(256L, 128L)));
            assertThat(neff.outputs())
                    .containsExactly(
                            new TensorInfo(
                                    "output0",
                                    TensorInfo.Usage.OUTPUT,
                                    DType.FLOAT16,
                                    List.of(128L, 128L)));
            assertThat(neff.graphs())
                    .containsExactly(new ModelImage.Graph("__kelf", "kelf-0.json"));
            assertThat(neff.members())
                    .extracting(NeffMember::name)
                    .containsExactly("kelf-0.json", "neff.json");
            assertThat(neff.hash())
                    .hasValueSatisfying(
                            hash -> {
                                assertThat(hash.valid()).isTrue();
                                assertThat(hash.algorithm()).isEqualTo("md5");
                                assertThat(neff.header().hash())
                                        .isEqualTo(hash.stored() + "0".repeat(32));
                            });
        }
    }

    /** Most compiled models are called file.neff in their header. */
    @ParameterizedTest
    @CsvSource({
        "file.neff, file.neff, ''",
        "model.neff, file.neff, ' (file.neff)'",
        "model.neff, '', ''",
        "xfile.neff, file.neff, ' (file.neff)'",
        "model.neff, '\u001b[2J', ' (\ufffd[2J)'"
    })
    void isCalledByItsFileFirst(String file, String name, String brackets, @TempDir Path folder)
            throws IOException {
        byte[] field = Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), 256);
        byte[] bytes = NeffFiles.withBytes(neff(good().end()), 220, field);
        Path path = Files.write(folder.resolve(file), bytes);
        try (Neff neff = loader.open(path, HashCheck.SKIP)) {
            assertThat(neff.label()).isEqualTo(path + brackets);
        }
        try (Neff neff = open(bytes)) {
            assertThat(neff.label())
                    .isEqualTo("test.neff" + (name.isEmpty() ? "" : " (" + neff.name() + ")"));
        }
    }

    @Test
    void membersAreNativeReadOnlyMemory() {
        Neff neff = open(neff(good().file("sg00/empty", "").file("sg00/w.bin", "weights").end()));
        MemorySegment bytes = neff.member("sg00/w.bin");
        assertThat(bytes.isNative()).isTrue();
        assertThat(bytes.isReadOnly()).isTrue();
        assertThat(bytes.address() % 64).isZero();
        assertThat(bytes.toArray(ValueLayout.JAVA_BYTE))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("weights");
        assertThat(neff.member("sg00/empty").byteSize()).isZero();
        assertThatThrownBy(() -> neff.member("sg00"))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("no member sg00");
        neff.close();
        neff.close();
        assertThat(neff.name()).isEqualTo("file.neff");
    }

    @Test
    void membersThatAreNotThereAreNotFound() {
        try (Neff neff = open(neff(good().file("w", "weights").end()))) {
            assertThat(neff.find("w")).contains(neff.member("w"));
            assertThat(neff.find("v")).isEmpty();
        }
    }

    /** Small ones are left to the garbage collector. */
    @Test
    void memoryIsFreedWhenTheNeffIsClosed() {
        Neff neff = open(neff(good().file("w", new byte[100_000]).end()));
        MemorySegment bytes = neff.member("w");
        neff.close();
        assertThatThrownBy(() -> bytes.get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 65_535, 300_000, 3_000_000})
    void membersOfEverySizeAreRead(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        byte[] zeros = new byte[size];
        for (HashCheck check : HashCheck.values()) {
            try (Neff neff = open(neff(good().file("z", zeros).file("r", content).end()), check)) {
                assertThat(neff.member("z").toArray(ValueLayout.JAVA_BYTE)).isEqualTo(zeros);
                assertThat(neff.member("r").toArray(ValueLayout.JAVA_BYTE)).isEqualTo(content);
            }
        }
    }

    @Test
    void acceptsThePlainHashAndTheOneOfPackageVersion1() {
        byte[] neff = neff(good().end());
        byte[] payload = Arrays.copyOfRange(neff, 1024, neff.length);
        byte[] plain = NeffFiles.withBytes(neff, 172, NeffFiles.digest("MD5", payload));
        assertThat(hash(plain).valid()).isTrue();
        byte[] sha = NeffFiles.digest("SHA-256", payload);
        byte[] first = NeffFiles.withLong(neff, 0, 1);
        assertThat(hash(NeffFiles.withBytes(first, 172, sha)).valid()).isTrue();
        HashState swapped = hash(NeffFiles.withBytes(first, 172, NeffFiles.swapped(sha)));
        assertThat(swapped.valid()).isTrue();
        assertThat(swapped.algorithm()).isEqualTo("sha256");
        assertThat(hash(first).valid()).isFalse();
    }

    private HashState hash(byte[] neff) {
        try (Neff open = open(neff, HashCheck.COMPUTE)) {
            return open.hash().orElseThrow();
        }
    }

    @Test
    void aHashThatIsNotStoredIsReportedOrRefused() {
        byte[] neff = NeffFiles.withBytes(neff(good().end()), 172, new byte[32]);
        assertThat(hash(neff).present()).isFalse();
        assertThat(hash(neff).valid()).isFalse();
        assertThatThrownBy(() -> open(neff, HashCheck.REQUIRE))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("no hash is stored in the header at offset 172");
        try (Neff open = open(neff)) {
            assertThat(open.hash()).isEmpty();
        }
    }

    @Test
    void aWrongHashNamesBoth() {
        byte[] neff =
                NeffFiles.withBytes(
                        neff(good().end()), 172, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
        HashState state = hash(neff);
        assertThatThrownBy(() -> open(neff, HashCheck.REQUIRE))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining(state.stored())
                .hasMessageContaining(state.computed());
        assertThat(state.stored()).startsWith("01020304");
    }

    @Test
    void javasOwnGzipStreamStopsAtThePaddingToo() throws IOException {
        byte[] archive = good().end();
        byte[] payload = padded(gzip(archive));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(payload))) {
            assertThat(in.readAllBytes()).isEqualTo(archive);
        }
        try (Neff neff = open(NeffFiles.withPayload(payload))) {
            assertThat(neff.members()).hasSize(2);
        }
    }

    @Test
    void acceptsEveryHarmlessGzipHeader() {
        byte[] name = {
            0x1f, (byte) 0x8b, 8, 4 | 8 | 16, 1, 2, 3, 4, 0, 3, 3, 0, 9, 9, 9, 'n', 0, 'c', 0
        };
        byte[] payload = gzip(good().end(), name);
        try (Neff neff = open(NeffFiles.withPayload(payload))) {
            assertThat(neff.members()).hasSize(2);
        }
    }

    @Test
    void acceptsGnuArchivesWithDotSlashAndFolders() {
        byte[] size = NeffFiles.base256(4, 0x80);
        byte[] archive =
                tar().raw(NeffFiles.header("./", 0, '5'))
                        .raw(NeffFiles.header("./sg00/", 0, '5'))
                        .raw(NeffFiles.header("./sg00/a", size, '0', "ustar  \0", ""))
                        .content("gnu!".getBytes(StandardCharsets.UTF_8))
                        .file("./kelf-0.json", NeffFiles.KELF.formatted("inf1"))
                        .file("./neff.json", NeffFiles.GRAPH)
                        .end();
        try (Neff neff = open(neff(archive))) {
            assertThat(neff.architecture()).isEqualTo("inf1");
            assertThat(neff.members()).extracting(NeffMember::name).startsWith("sg00/a");
        }
    }

    @Test
    void joinsTheUstarPrefix() {
        String prefix = "sg00/" + "p".repeat(150);
        String name = "n".repeat(99);
        byte[] header =
                NeffFiles.header(
                        name,
                        "00000000000 ".getBytes(StandardCharsets.US_ASCII),
                        '0',
                        "ustar\0" + "00",
                        prefix);
        try (Neff neff = open(neff(good().raw(header).end()))) {
            assertThat(neff.members().getLast().name()).isEqualTo(prefix + "/" + name);
        }
    }

    @Test
    void zerosBehindThePayloadAreTolerated() {
        byte[] neff = neff(good().end());
        try (Neff open = open(Arrays.copyOf(neff, neff.length + 100_000), HashCheck.REQUIRE)) {
            assertThat(open.hash().orElseThrow().valid()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void readsEveryMajorVersion(int major) {
        try (Neff neff = open(NeffFiles.withLong(neff(good().end()), 24, major))) {
            assertThat(neff.header().versionMajor()).isEqualTo(major);
        }
    }

    @Test
    void lncSizeZeroMeansUnspecified() {
        try (Neff neff = open(NeffFiles.withInt(neff(good().end()), 552, 0))) {
            assertThat(neff.lncSize()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void readsEveryDtype(DType dtype) {
        try (Neff neff =
                open(neff(graph(NeffFiles.GRAPH.replace("float16", dtype.label())).end()))) {
            assertThat(neff.inputs().getFirst().dtype()).isEqualTo(dtype);
            assertThat(neff.architecture()).isEqualTo("trn1");
        }
    }

    @Test
    void readsShapesBeyond32Bits() {
        String json = NeffFiles.GRAPH.replace("[128,256]", "[4294967296,3000000]");
        try (Neff neff = open(neff(graph(json).end()))) {
            assertThat(neff.inputs().getFirst().shape())
                    .containsExactly(4_294_967_296L, 3_000_000L);
        }
    }

    @Test
    void readsScalarsAndGraphsWithoutRowsOrSignatures() {
        String json =
                NeffFiles.GRAPH
                        .replace("[128,256]", "[]")
                        .replace(",\n \"node_row_ptr\":[0,1,2,4]", "");
        assertThat(json).doesNotContain("node_row_ptr");
        try (Neff neff = open(neff(graph(json).end()))) {
            assertThat(neff.inputs().getFirst().shape()).isEmpty();
            assertThat(neff.outputs()).hasSize(1);
        }
    }

    @Test
    void readsNeuronCodeAndAnOnnxGraphSideBySide() {
        String json =
                NeffFiles.GRAPH
                        .replace(
                                "],\n \"arg_nodes\"",
                                """
                ,{"op":"tvm_op","name":"g","attrs":{"func_name":"__onnx","onnx":"model.onnx","num_outputs":"2"},
                  "output_names":["output0","output0"]}], "arg_nodes\"""")
                        .replace("[0,1,2,4]", "[0,1,2,4,6]")
                        .replace("[128,128]]]", "[128,128],[128,128],[128,128]]]")
                        .replace("\"float16\"]", "\"float16\",\"float16\",\"float16\"]");
        byte[] neff = neff(graph(json).file("model.onnx", "onnx").end());
        try (Neff open = open(neff)) {
            assertThat(open.graphs())
                    .containsExactly(
                            new ModelImage.Graph("__kelf", "kelf-0.json"),
                            new ModelImage.Graph("__onnx", "model.onnx"));
        }
    }

    @Test
    void readsNativeMemoryToo() {
        byte[] bytes = neff(good().end());
        Neff neff;
        try (Arena arena = Arena.ofConfined()) {
            neff =
                    loader.open(
                            arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes),
                            "native",
                            HashCheck.REQUIRE);
        }
        assertThat(neff.member("neff.json").byteSize()).isPositive();
        neff.close();
    }
}

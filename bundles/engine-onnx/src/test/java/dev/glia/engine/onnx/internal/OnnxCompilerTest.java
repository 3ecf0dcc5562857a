package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.Lab.Wanted;
import dev.glia.engine.onnx.internal.onnx.CanonicalModel;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class OnnxCompilerTest {

    @Test
    void readsOnnx() {
        assertThat(Lab.COMPILER.endings()).containsExactly("onnx");
    }

    @Test
    void reportsTensorsAndElementTypes() {
        Compiled graph = Lab.compile(Graphs.twice(2, 3));
        assertThat(graph.graph().function()).isEqualTo("__onnx");
        assertThat(graph.members()).containsKey(graph.graph().member());
        assertThat(graph.inputs().getFirst().typeAndShape()).isEqualTo("float32 [2,3]");
        assertThat(graph.outputs().getFirst().typeAndShape()).isEqualTo("float32 [2,3]");
        assertThat(graph.outputs().getFirst().usage()).isEqualTo(TensorInfo.Usage.OUTPUT);
        assertThat(graph.dtypes()).containsOnlyKeys(DType.FLOAT32);
    }

    /**
     * The shape of Reshape's result is the value of an input that ONNX Runtime does not look into.
     */
    @Test
    void learnsShapesByATrialRun() {
        byte[] model =
                new GraphAuthor("tile")
                        .input("x", ElementType.FLOAT, 2)
                        .input("unused", ElementType.FLOAT, 2)
                        .output("y", ElementType.FLOAT, "n")
                        .longs("three", new long[] {3}, 1)
                        .node("Shape", List.of("unused"), List.of("extent"))
                        .node("Mul", List.of("extent", "three"), List.of("times"))
                        .node(
                                "Cast",
                                List.of("times"),
                                List.of("float_times"),
                                attribute("to", ElementType.FLOAT.ordinal()))
                        .node(
                                "Mod",
                                List.of("float_times", "float_times"),
                                List.of("zero"),
                                attribute("fmod", 1))
                        .node(
                                "Cast",
                                List.of("zero"),
                                List.of("zero_int"),
                                attribute("to", ElementType.INT64.ordinal()))
                        .node("Add", List.of("zero_int", "three"), List.of("repeats"))
                        .node("ReduceMax", List.of("x"), List.of("max"), attribute("keepdims", 1))
                        .node("Mul", List.of("max", "nothing"), List.of("off"))
                        .floats("nothing", new float[] {0})
                        .node(
                                "Cast",
                                List.of("off"),
                                List.of("off_int"),
                                attribute("to", ElementType.INT64.ordinal()))
                        .node("Add", List.of("repeats", "off_int"), List.of("count"))
                        .node("Tile", List.of("x", "count"), List.of("y"))
                        .model(Graphs.OPSET);
        Compiled graph = Lab.compile(model);
        assertThat(graph.outputs().getFirst().shape()).containsExactly(6L);
        try (Bench bench = Bench.of(Image.of(graph), Lab.OWN)) {
            bench.in().getFirst().copyFrom(MemorySegment.ofArray(new float[] {1, 2}));
            bench.invocation().run();
            assertThat(bench.out().getFirst().toArray(JAVA_FLOAT))
                    .containsExactly(1, 2, 1, 2, 1, 2);
        }
    }

    @Test
    void refusesShapesThatDependOnValues() {
        byte[] model =
                new GraphAuthor("nonzero")
                        .input("x", ElementType.FLOAT, 4)
                        .output("y", ElementType.INT64, 1, "n")
                        .node("NonZero", List.of("x"), List.of("y"))
                        .model(Graphs.OPSET);
        assertInvalid(
                () -> Lab.compile(model),
                "output y depends on the values",
                "[1, 0] for zeros",
                "[1, 4] for ones");
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "DOUBLE",
                "STRING",
                "COMPLEX64",
                "INT4",
                "FLOAT8E4M3FNUZ",
                "FLOAT8E5M2FNUZ",
                "FLOAT4E2M1",
                "FLOAT8E8M0",
                "UINT2",
                "INT2"
            })
    void refusesElementTypesThatNoCoreHas(ElementType type) {
        assertThatThrownBy(() -> Lab.compile(Graphs.copy(type, 2)))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused ->
                                assertThat(refused.status())
                                        .isIn(
                                                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                                                NrtStatus.NRT_INVALID))
                .hasMessageContaining(type.label());
    }

    @Test
    void namesTheOperatorOfAHiddenElementType() {
        byte[] model =
                new GraphAuthor("inside")
                        .input("x", ElementType.FLOAT, 2)
                        .output("y", ElementType.FLOAT, 2)
                        .node(
                                "Cast",
                                List.of("x"),
                                List.of("wide"),
                                attribute("to", ElementType.DOUBLE.ordinal()))
                        .node("Sqrt", List.of("wide"), List.of("root"))
                        .node(
                                "Cast",
                                List.of("root"),
                                List.of("y"),
                                attribute("to", ElementType.FLOAT.ordinal()))
                        .model(Graphs.OPSET);
        assertThatThrownBy(() -> Lab.compile(model))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused ->
                                assertThat(refused.status())
                                        .isEqualTo(NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION))
                .hasMessageContainingAll("double", "Cast", "wide");
    }

    @Test
    void reportsWhatOperatorsMakeUp() {
        byte[] model =
                new GraphAuthor("made up")
                        .input("x", ElementType.FLOAT, 4)
                        .output("y", ElementType.FLOAT, 4)
                        .node("DynamicQuantizeLinear", List.of("x"), List.of("q", "scale", "zero"))
                        .node(
                                "Cast",
                                List.of("q"),
                                List.of("i"),
                                attribute("to", ElementType.INT32.ordinal()))
                        .node("Abs", List.of("i"), List.of("positive"))
                        .node(
                                "Cast",
                                List.of("positive"),
                                List.of("y"),
                                attribute("to", ElementType.FLOAT.ordinal()))
                        .model(Graphs.OPSET);
        assertThat(Lab.compile(model).dtypes())
                .containsOnlyKeys(DType.FLOAT32, DType.UINT8, DType.INT32)
                .hasEntrySatisfying(
                        DType.UINT8,
                        who -> assertThat(who).contains("DynamicQuantizeLinear", "output q"));
    }

    @Test
    void extentsAreNoElementTypeOfTheComputation() {
        byte[] model =
                new GraphAuthor("reshape")
                        .input("x", ElementType.FLOAT16, 2, 3)
                        .output("y", ElementType.FLOAT16, 3, 2)
                        .longs("shape", new long[] {3, 2}, 2)
                        .node("Reshape", List.of("x", "shape"), List.of("y"))
                        .model(Graphs.OPSET);
        assertThat(Lab.compile(model).dtypes()).containsOnlyKeys(DType.FLOAT16);
        assertThat(Lab.compile(Graphs.loop()).dtypes())
                .containsOnlyKeys(DType.FLOAT32, DType.INT64, DType.BOOL);
        assertThat(Lab.compile(Graphs.copy(ElementType.INT64, 1)).dtypes())
                .containsEntry(DType.INT64, "input x");
    }

    @Test
    void sameSourceGivesSameBytes() {
        GraphAuthor author =
                new GraphAuthor("many")
                        .input("x", ElementType.FLOAT, 7)
                        .output("y50", ElementType.FLOAT, 7)
                        .node("Identity", List.of("x"), List.of("y0"));
        for (int i = 0; i < 50; i++) {
            author.floats("w" + i, new float[] {i, 1, 2, 3, 4, 5, 6}, 7)
                    .node(
                            i % 2 == 0 ? "Mul" : "Sub",
                            List.of("y" + i, "w" + i),
                            List.of("y" + (i + 1)));
        }
        byte[] model = author.model(Graphs.OPSET);
        byte[] first = bytes(Lab.compile(model));
        for (int i = 0; i < 5; i++) {
            assertThat(bytes(Lab.compile(model))).isEqualTo(first);
        }
        assertThat(bytes(Lab.compile(first))).as("compiled twice").isEqualTo(first);
    }

    @Test
    void theOrderOfConstantsDoesNotMatter() {
        byte[] one =
                new GraphAuthor("g")
                        .floats("a", new float[] {1})
                        .floats("b", new float[] {2})
                        .model(Graphs.OPSET);
        byte[] two =
                new GraphAuthor("g")
                        .floats("b", new float[] {2})
                        .floats("a", new float[] {1})
                        .model(Graphs.OPSET);
        assertThat(CanonicalModel.of(one, "g"))
                .isNotEqualTo(two)
                .isEqualTo(CanonicalModel.of(two, "g"));
    }

    private static byte[] bytes(Compiled graph) {
        return graph.members().get("model.onnx").toArray(JAVA_BYTE);
    }

    @Test
    void takesInWeightsBesideTheModel(@TempDir Path folder) throws IOException {
        ByteBuffer weights = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
        weights.putFloat(8, 10).putFloat(12, 20);
        Files.createDirectory(folder.resolve("sub"));
        Files.write(folder.resolve("sub/w.data"), weights.array());
        Compiled graph = Lab.COMPILER.compile(Wanted.of(external(folder, "sub/w.data", 8, 8)));
        try (Bench bench = Bench.of(Image.of(graph), Lab.OWN)) {
            bench.in().getFirst().copyFrom(MemorySegment.ofArray(new float[] {1, 2}));
            bench.invocation().run();
            assertThat(bench.out().getFirst().toArray(JAVA_FLOAT)).containsExactly(10, 40);
        }
    }

    private static Path external(Path folder, String location, long offset, long length)
            throws IOException {
        byte[] model =
                new GraphAuthor("external")
                        .input("x", ElementType.FLOAT, 2)
                        .output("y", ElementType.FLOAT, 2)
                        .external("w", ElementType.FLOAT, location, offset, length, 2)
                        .node("Mul", List.of("x", "w"), List.of("y"))
                        .model(Graphs.OPSET);
        return Files.write(folder.resolve("model.onnx"), model);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "in/../../secret",
                "ABSOLUTE",
                "link",
                "missing",
                "",
                ".",
                "in",
                "a\0b"
            })
    void readsNothingOutsideTheFolder(String location, @TempDir Path parent) throws IOException {
        Path secret = Files.write(parent.resolve("secret"), new byte[8]);
        Path folder = Files.createDirectories(parent.resolve("model/in")).getParent();
        Files.createSymbolicLink(folder.resolve("link"), secret);
        Path model =
                external(folder, location.equals("ABSOLUTE") ? secret.toString() : location, 0, 8);
        assertInvalid(() -> Lab.COMPILER.compile(Wanted.of(model)), "tensor w");
    }

    /** Hubs keep files under their digests, and give folders of links to them. */
    @Test
    void takesInWeightsOfALinkedModel(@TempDir Path hub) throws IOException {
        Path blobs = Files.createDirectories(hub.resolve("blobs"));
        Path snapshot = Files.createDirectories(hub.resolve("snapshots/abc/onnx"));
        Files.move(external(blobs, "m.onnx_data", 0, 8), blobs.resolve("d1"));
        Files.write(blobs.resolve("d2"), new byte[8]);
        Path model = snapshot.resolve("m.onnx");
        Files.createSymbolicLink(model, Path.of("../../../blobs/d1"));
        assertInvalid(() -> Lab.COMPILER.compile(Wanted.of(model)), "tensor w", "not in");

        Path data = snapshot.resolve("m.onnx_data");
        Files.createSymbolicLink(data, Path.of("../../../blobs/d2"));
        assertThat(Lab.COMPILER.compile(Wanted.of(model)).outputs()).hasSize(1);

        Files.delete(data);
        Files.createSymbolicLink(data, Files.write(hub.resolve("secret"), new byte[8]));
        assertInvalid(() -> Lab.COMPILER.compile(Wanted.of(model)), "tensor w", "secret");

        Files.delete(data);
        Files.move(blobs.resolve("d2"), blobs.resolve("m.onnx_data"));
        assertThat(Lab.COMPILER.compile(Wanted.of(model)).outputs()).hasSize(1);
    }

    @Test
    void refusesWeightsThatAreNotThere(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("w"), new byte[8]);
        for (long[] part :
                new long[][] {
                    {1, 8}, {9, 0}, {0, 9}, {-1, 8}, {0, Long.MAX_VALUE}, {Long.MAX_VALUE, 8}
                }) {
            Path model = external(folder, "w", part[0], part[1]);
            assertInvalid(() -> Lab.COMPILER.compile(Wanted.of(model)), "tensor w");
        }
        Files.writeString(folder.resolve("w"), "version https://git-lfs.github.com/spec/v1\n");
        Path model = external(folder, "w", 0, 800);
        assertInvalid(() -> Lab.COMPILER.compile(Wanted.of(model)), "git lfs pull");
    }

    @Test
    void tellsHowLargeATensorMayBe(@TempDir Path folder) throws IOException {
        long floats = 640L << 20;
        try (var data = new RandomAccessFile(folder.resolve("w").toFile(), "rw")) {
            data.setLength(floats * Float.BYTES);
        }
        byte[] model =
                new GraphAuthor("large")
                        .input("x", ElementType.FLOAT, 1)
                        .output("y", ElementType.FLOAT, floats)
                        .external("w", ElementType.FLOAT, "w", 0, floats * Float.BYTES, floats)
                        .node("Mul", List.of("x", "w"), List.of("y"))
                        .model(Graphs.OPSET);
        Path file = Files.write(folder.resolve("model.onnx"), model);
        assertInvalid(
                () -> Lab.COMPILER.compile(Wanted.of(file)),
                "tensor w has 2684354560 bytes",
                "at most 2 GiB",
                "split it");
        Path less = external(folder, "w", 0, 4);
        assertInvalid(
                () -> Lab.COMPILER.compile(Wanted.of(less)), "tensor w has 4 bytes", "takes 8");
    }

    @Test
    void refusesFilesThatAreNoModel(@TempDir Path folder) throws IOException {
        assertInvalid(
                () -> Lab.COMPILER.compile(Wanted.of(folder.resolve("none.onnx"))), "none.onnx");
        assertInvalid(() -> Lab.COMPILER.compile(Wanted.of(folder)), folder.toString());
        assertInvalid(() -> Lab.compile(new byte[0]), "holds no graph");
        assertInvalid(() -> Lab.compile("<html>Not Found</html>".getBytes()), "damaged");
    }

    /** Nothing is to be removed there, however the process ends. */
    @Test
    void putsNothingIntoTheTemporaryFolder() throws IOException {
        Path none = Path.of("/nonexistent");
        String before = System.setProperty("java.io.tmpdir", none.toString());
        try {
            Path model = Files.write(Path.of("target/here.onnx"), Graphs.twice(1));
            assertThat(Lab.COMPILER.compile(Wanted.of(model)).members()).hasSize(1);
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    private static void assertInvalid(ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused -> assertThat(refused.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContainingAll(words);
    }
}

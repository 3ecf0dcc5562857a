package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import com.sun.management.ThreadMXBean;

import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;
import dev.glia.runtime.TensorInfo.Usage;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;

class OnnxEngineTest {

    @Test
    void multiplies() {
        try (Bench bench = Bench.of(Graphs.twice(2, 3))) {
            bench.in().get(0).copyFrom(MemorySegment.ofArray(new float[] {1, 2, 3, -4, 0, 1e30f}));
            assertThat(bench.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            assertThat(bench.out().get(0).toArray(JAVA_FLOAT))
                    .containsExactly(2, 4, 6, -8, 0, 2e30f);
        }
    }

    @Test
    void multipliesMatrices() {
        byte[] model =
                new GraphAuthor("matmul")
                        .input("a", ElementType.FLOAT, 2, 3)
                        .input("b", ElementType.FLOAT, 3, 2)
                        .output("c", ElementType.FLOAT, 2, 2)
                        .node("MatMul", List.of("a", "b"), List.of("c"))
                        .model(Graphs.OPSET);
        try (Bench bench = Bench.of(model)) {
            bench.in().get(0).copyFrom(MemorySegment.ofArray(new float[] {1, 2, 3, 4, 5, 6}));
            bench.in().get(1).copyFrom(MemorySegment.ofArray(new float[] {7, 8, 9, 10, 11, 12}));
            bench.invocation().run();
            assertThat(bench.out().get(0).toArray(JAVA_FLOAT)).containsExactly(58, 64, 139, 154);
        }
    }

    /** The NEFF may list its tensors in another order than the graph. */
    @Test
    void bindsByName() {
        Compiled graph = Lab.compile(Graphs.quotient(ElementType.FLOAT, 1));
        Image swapped =
                new Image(
                        graph.members(),
                        List.of(graph.graph()),
                        graph.inputs().reversed(),
                        graph.outputs());
        try (Bench bench = Bench.of(swapped, Lab.OWN)) {
            bench.in().get(0).set(JAVA_FLOAT, 0, 2);
            bench.in().get(1).set(JAVA_FLOAT, 0, 10);
            bench.invocation().run();
            assertThat(bench.out().get(0).get(JAVA_FLOAT, 0)).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "FLOAT",
                "UINT8",
                "INT8",
                "UINT16",
                "INT16",
                "INT32",
                "INT64",
                "BOOL",
                "FLOAT16",
                "UINT32",
                "UINT64",
                "BFLOAT16",
                "FLOAT8E4M3FN",
                "FLOAT8E5M2"
            })
    void carriesEveryElementType(ElementType type) {
        Compiled graph = Lab.compile(Graphs.copy(type, 5));
        DType dtype = type.dtype().orElseThrow();
        assertThat(graph.inputs())
                .containsExactly(new TensorInfo("x", Usage.INPUT, dtype, List.of(5L)));
        try (Bench bench = Bench.of(Image.of(graph), Lab.REPORT_NAN)) {
            byte[] data = new byte[5 * dtype.bytes()];
            for (int i = 0; i < data.length; i++) {
                data[i] = (byte) (type == ElementType.BOOL ? i & 1 : i + 1);
            }
            bench.in().get(0).copyFrom(MemorySegment.ofArray(data));
            assertThat(bench.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            assertThat(bench.out().get(0).toArray(JAVA_BYTE)).isEqualTo(data);
        }
    }

    @Test
    void computesBooleans() {
        byte[] model =
                new GraphAuthor("less")
                        .input("x", ElementType.FLOAT, 3)
                        .output("y", ElementType.BOOL, 3)
                        .floats("one", new float[] {1})
                        .node("Less", List.of("x", "one"), List.of("y"))
                        .model(Graphs.OPSET);
        try (Bench bench = Bench.of(model)) {
            bench.in().get(0).copyFrom(MemorySegment.ofArray(new float[] {0, 1, -5}));
            bench.invocation().run();
            assertThat(bench.out().get(0).toArray(JAVA_BYTE)).containsExactly(1, 0, 1);
        }
    }

    @Test
    void casts() {
        byte[] model =
                new GraphAuthor("cast")
                        .input("x", ElementType.FLOAT, 2)
                        .output("y", ElementType.FLOAT16, 2)
                        .node(
                                "Cast",
                                List.of("x"),
                                List.of("y"),
                                attribute("to", ElementType.FLOAT16.ordinal()))
                        .model(Graphs.OPSET);
        try (Bench bench = Bench.of(model)) {
            bench.in().get(0).copyFrom(MemorySegment.ofArray(new float[] {1.5f, -2}));
            bench.invocation().run();
            assertThat(bench.out().get(0).toArray(JAVA_SHORT))
                    .containsExactly(Float.floatToFloat16(1.5f), Float.floatToFloat16(-2));
        }
    }

    @Test
    void runsScalarsAndTensorsWithoutElements() {
        try (Bench scalar = Bench.of(Graphs.twice());
                Bench empty = Bench.of(Graphs.twice(0, 4))) {
            scalar.in().get(0).set(JAVA_FLOAT, 0, 21);
            scalar.invocation().run();
            assertThat(scalar.out().get(0).get(JAVA_FLOAT, 0)).isEqualTo(42);
            assertThat(empty.out().get(0).byteSize()).isZero();
            assertThat(empty.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        }
    }

    @Test
    void runsTwoModelsAtOnce() {
        try (Bench twice = Bench.of(Graphs.twice(1));
                Bench quotient = Bench.of(Graphs.quotient(ElementType.FLOAT, 1))) {
            twice.in().get(0).set(JAVA_FLOAT, 0, 4);
            quotient.in().get(0).set(JAVA_FLOAT, 0, 9);
            quotient.in().get(1).set(JAVA_FLOAT, 0, 3);
            twice.invocation().run();
            quotient.invocation().run();
            assertThat(twice.out().get(0).get(JAVA_FLOAT, 0)).isEqualTo(8);
            assertThat(quotient.out().get(0).get(JAVA_FLOAT, 0)).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "FLOAT16"})
    void reportsNanOnlyWhenAsked(ElementType type) {
        Image image = Image.of(Lab.compile(Graphs.quotient(type, 9000)));
        try (Bench asked = Bench.of(image, Lab.REPORT_NAN);
                Bench unasked = Bench.of(image, Lab.OWN)) {
            for (Bench bench : List.of(asked, unasked)) {
                one(bench.in().get(0), type);
                one(bench.in().get(1), type);
            }
            assertThat(asked.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            for (Bench bench : List.of(asked, unasked)) { // 1/0 is infinite, no NaN
                bench.in().get(1).asSlice(0, 64).fill((byte) 0);
            }
            assertThat(asked.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            for (Bench bench : List.of(asked, unasked)) { // 0/0 at the very end
                long size = bench.in().get(0).byteSize();
                bench.in().get(0).asSlice(size - type.dtype().orElseThrow().bytes()).fill((byte) 0);
                bench.in().get(1).asSlice(size - type.dtype().orElseThrow().bytes()).fill((byte) 0);
            }
            assertThat(asked.invocation().run())
                    .isEqualTo(NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR);
            assertThat(unasked.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
        }
    }

    private static void one(MemorySegment memory, ElementType type) {
        if (type == ElementType.FLOAT) {
            for (long i = 0; i < memory.byteSize() / Float.BYTES; i++) {
                memory.setAtIndex(JAVA_FLOAT, i, 1);
            }
        } else {
            for (long i = 0; i < memory.byteSize() / Short.BYTES; i++) {
                memory.setAtIndex(JAVA_SHORT, i, Float.floatToFloat16(1));
            }
        }
    }

    @Test
    void findsNanInBfloat16() {
        Compiled graph = Lab.compile(Graphs.copy(ElementType.BFLOAT16, 3));
        try (Bench bench = Bench.of(Image.of(graph), Lab.REPORT_NAN)) {
            bench.in()
                    .get(0)
                    .copyFrom(MemorySegment.ofArray(new short[] {0x3f80, (short) 0xff80, 0x7f80}));
            assertThat(bench.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            bench.in().get(0).set(JAVA_SHORT, 4, (short) 0xffc0);
            assertThat(bench.invocation().run())
                    .isEqualTo(NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR);
        }
    }

    @Test
    void allocatesNothingPerRun() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] model =
                new GraphAuthor("where")
                        .input("c", ElementType.BOOL, 20)
                        .input("x", ElementType.FLOAT8E5M2, 20)
                        .output("y", ElementType.FLOAT8E5M2, 20)
                        .output("z", ElementType.BOOL, 20)
                        .node("Identity", List.of("x"), List.of("y"))
                        .node("Not", List.of("c"), List.of("z"))
                        .model(19);
        try (Bench bench = Bench.of(Image.of(Lab.compile(model)), Lab.REPORT_NAN)) {
            for (int i = 0; i < 2_000; i++) {
                bench.invocation().run();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                bench.invocation().run();
            }
            assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 10_000).isLessThan(8);
        }
    }

    @Test
    void refusesTensorsThatAreNotThoseOfTheGraph() {
        Compiled graph = Lab.compile(Graphs.twice(2, 3));
        assertInvalid(
                () -> load(graph, tensor("x", DType.FLOAT32, 2, 4)),
                "x",
                "float32 [2,4]",
                "[2, 3]");
        assertInvalid(() -> load(graph, tensor("x", DType.INT32, 2, 3)), "int32 [2,3]", "float");
        assertInvalid(() -> load(graph, tensor("z", DType.FLOAT32, 2, 3)), "z", "only x");
        assertInvalid(() -> load(graph), "0 inputs", "1: x");
        load(graph, tensor("x", DType.FLOAT32, 6)).close();
        Compiled bytes = Lab.compile(Graphs.copy(ElementType.UINT8, 2));
        assertInvalid(() -> load(bytes, tensor("x", DType.BOOL, 2)), "bool [2]", "uint8");
    }

    private static LoadedModel load(Compiled graph, TensorInfo... inputs) {
        return Lab.ENGINE.load(
                new Image(
                        graph.members(), List.of(graph.graph()), List.of(inputs), graph.outputs()),
                Lab.OWN);
    }

    private static TensorInfo tensor(String name, DType dtype, long... shape) {
        return new TensorInfo(
                name, Usage.INPUT, dtype, java.util.Arrays.stream(shape).boxed().toList());
    }

    @Test
    void refusesMemoryOfAnotherSize() {
        Image image = Image.of(Lab.compile(Graphs.twice(2)));
        try (Arena arena = Arena.ofConfined();
                LoadedModel model = Lab.ENGINE.load(image, Lab.OWN)) {
            MemorySegment right = arena.allocate(8);
            assertInvalid(
                    () -> model.bind(List.of(arena.allocate(7)), List.of(right)),
                    "8 bytes",
                    "input x",
                    "got 7");
            assertInvalid(
                    () -> model.bind(List.of(right), List.of(arena.allocate(9))),
                    "output y",
                    "got 9");
            assertInvalid(() -> model.bind(List.of(), List.of(right)), "1 inputs", "0");
            assertInvalid(
                    () -> model.bind(List.of(MemorySegment.ofArray(new byte[8])), List.of(right)),
                    "heap");
        }
    }

    @Test
    void refusesWhatIsNoGraph() {
        Compiled graph = Lab.compile(Graphs.twice(2));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment noise = arena.allocateFrom("This is no model at all.");
            Image image =
                    new Image(
                            Map.of("model.onnx", noise),
                            List.of(graph.graph()),
                            graph.inputs(),
                            graph.outputs());
            assertInvalid(() -> Lab.ENGINE.load(image, Lab.OWN), "model.onnx of model lab");
            assertInvalid(() -> Lab.ENGINE.load(image, Lab.SHARED), "model.onnx of model lab");
            Image none = new Image(Map.of(), List.of(), List.of(), List.of());
            assertInvalid(
                    () -> Lab.ENGINE.load(none, Lab.OWN), "no graph with the function __onnx");
        }
    }

    /** ONNX Runtime would read it from the working folder of the process. */
    @ParameterizedTest
    @ValueSource(strings = {"pom.xml", "../pom.xml", "*/_ORT_MEM_ADDR_/*"})
    void readsNoFileThatAGraphNames(String location) {
        for (boolean inAttribute : new boolean[] {false, true}) {
            GraphAuthor inner =
                    new GraphAuthor("inner")
                            .external("w", ElementType.FLOAT, location, 0, 800, 1, 200);
            GraphAuthor author = new GraphAuthor("reads").input("x", ElementType.FLOAT, 1, 1);
            if (inAttribute) {
                author.node("If", List.of("x"), List.of("y"), attribute("then_branch", inner));
            } else {
                author.external("w", ElementType.FLOAT, location, 0, 800, 1, 200)
                        .node("MatMul", List.of("x", "w"), List.of("y"));
            }
            byte[] model = author.output("y", ElementType.FLOAT, 1, 200).model(Graphs.OPSET);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment member =
                        arena.allocate(model.length).copyFrom(MemorySegment.ofArray(model));
                Image image =
                        new Image(
                                Map.of("m", member),
                                List.of(new ModelImage.Graph("__onnx", "m")),
                                List.of(),
                                List.of());
                assertInvalid(() -> Lab.ENGINE.load(image, Lab.OWN), "another file");
            }
        }
    }

    @Test
    void tellsBadInputFromAFailure() {
        byte[] model =
                new GraphAuthor("gather")
                        .input("i", ElementType.INT32, 1)
                        .output("y", ElementType.FLOAT, 1)
                        .floats("table", new float[] {1, 2}, 2)
                        .node("Gather", List.of("table", "i"), List.of("y"))
                        .model(Graphs.OPSET);
        try (Bench bench = Bench.of(model)) {
            bench.in().get(0).set(java.lang.foreign.ValueLayout.JAVA_INT, 0, 77);
            assertThatThrownBy(() -> bench.invocation().run())
                    .isInstanceOfSatisfying(
                            NrtException.class,
                            refused ->
                                    assertThat(refused.status())
                                            .isEqualTo(NrtStatus.NRT_EXEC_BAD_INPUT))
                    .hasMessageContaining("77");
            bench.in().get(0).set(java.lang.foreign.ValueLayout.JAVA_INT, 0, 1);
            bench.invocation().run();
            assertThat(bench.out().get(0).get(JAVA_FLOAT, 0)).isEqualTo(2);
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

package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Provision;
import dev.glia.neff.NpyHeader;
import dev.glia.runtime.DType;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;
import dev.glia.runtime.TensorSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every element type means to ONNX Runtime what it means here, or is refused by its name. */
class TypesIT {
    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(Provision.core(), Provision.instance("trn1.2xlarge"));

    @TempDir static Path folder;

    static List<Edge> edges() {
        return Edge.ALL;
    }

    @ParameterizedTest
    @MethodSource("edges")
    void isTheSameWhicheverWayItComes(Edge edge, Container container, NeuronRuntime runtime)
            throws IOException {
        byte[] bytes = edge.bytes();
        try (Model model = runtime.load(neff(container, edge.onnx()));
                Arena arena = Arena.ofShared()) {
            assertThat(model.inputs()).extracting(TensorInfo::dtype).containsExactly(edge.dtype());
            assertThat(model.outputs())
                    .extracting(TensorInfo::dtype)
                    .containsExactly(edge.dtype(), DType.FLOAT32);
            MemorySegment lent =
                    arena.allocate(bytes.length, 8).copyFrom(MemorySegment.ofArray(bytes));
            TensorInfo info = TensorInfo.of("t", edge.dtype(), 1, 4);
            TensorInfo three = TensorInfo.of("t", edge.dtype(), 3, 4);
            Map<String, Tensor> ways = new LinkedHashMap<>();
            ways.put("attached", runtime.attach(info, lent.asReadOnly()));
            ways.put("mapped", runtime.map(npy(edge), edge.dtype()));
            Tensor slice = runtime.allocate(three).slice(1, 1);
            slice.write(MemorySegment.ofArray(bytes));
            ways.put("slice", slice);
            if (edge.dtype() == DType.BOOL) {
                TensorInfo as = TensorInfo.of("t", DType.UINT8, 1, 4);
                ways.put("of bytes", runtime.attach(as, lent));
            }
            try (Execution run = model.prepare()) {
                run.input("x").write(MemorySegment.ofArray(bytes));
                gives(edge, run, "written");
            }
            ways.forEach(
                    (way, tensor) -> {
                        try (Execution run =
                                model.prepare(TensorSet.of().with("x", tensor), TensorSet.of())) {
                            gives(edge, run, way);
                        }
                    });
            assertThat(lent.toArray(ValueLayout.JAVA_BYTE)).as("not written").isEqualTo(bytes);
        }
    }

    private static void gives(Edge edge, Execution run, String way) {
        for (boolean queued : List.of(false, true)) {
            run.output("x_same").segment().fill((byte) 0x55);
            NrtStatus status =
                    queued
                            ? run.submit().completion().toCompletableFuture().join().status()
                            : run.execute();
            assertThat(status)
                    .as(way)
                    .isEqualTo(
                            edge.floats().contains(Float.NaN)
                                    ? NrtStatus.NRT_EXEC_COMPLETED_WITH_NUM_ERR
                                    : NrtStatus.NRT_SUCCESS);
            assertThat(run.output("x_same").segment().toArray(ValueLayout.JAVA_BYTE))
                    .as(way)
                    .isEqualTo(edge.clean());
            float[] floats = new float[4];
            run.output("x_float").asFloatBuffer().get(floats);
            assertThat(floats).as(way).containsExactly(edge.floats().toArray(Float[]::new));
        }
    }

    private static Path npy(Edge edge) throws IOException {
        byte[] header = NpyHeader.of(edge.dtype(), List.of(1L, 4L));
        Path file = Files.write(folder.resolve(edge.dtype() + ".npy"), header);
        return Files.write(file, edge.bytes(), StandardOpenOption.APPEND);
    }

    @ParameterizedTest
    @CsvSource({
        "8,string",
        "11,double",
        "14,complex64",
        "15,complex128",
        "18,float8e4m3fnuz",
        "20,float8e5m2fnuz"
    })
    void isRefusedByName(int onnx, String name, Container container) {
        assertThatThrownBy(() -> neff(container, onnx))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused ->
                                assertThat(refused.status())
                                        .isIn(
                                                NrtStatus.NRT_INVALID,
                                                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION))
                .hasMessageContaining(name);
    }

    /** Squares of 1.0234375, 1.9921875, -1 and 2^127, rounded. */
    @Test
    void computesInBfloat16(Container container, NeuronRuntime runtime) {
        OnnxMessage square =
                new OnnxMessage().text(1, "x").text(1, "x").text(2, "y").text(4, "Mul");
        try (Model model = runtime.load(neff(container, "square", square, 16));
                Execution run = model.prepare()) {
            run.input("x")
                    .asShortBuffer()
                    .put(new short[] {0x3f83, 0x3fff, (short) 0xbf80, 0x7f00});
            run.execute();
            assertThat(run.output("y").segment().toArray(ValueLayout.JAVA_SHORT))
                    .containsExactly(0x3f86, 0x407e, 0x3f80, 0x7f80);
        }
    }

    /** One node from x to y over {@code [1,4]}; the type is as ONNX numbers it. */
    private static Path neff(Container container, String name, OnnxMessage node, int elementType) {
        OnnxMessage graph =
                new OnnxMessage()
                        .message(1, node)
                        .text(2, name)
                        .message(11, tensor("x", elementType))
                        .message(12, tensor("y", elementType));
        byte[] model =
                new OnnxMessage()
                        .number(1, 10)
                        .message(7, graph)
                        .message(8, new OnnxMessage().number(2, 19))
                        .toByteArray();
        return ScaleModel.neff(container, name, model, "trn1", 0);
    }

    private static OnnxMessage tensor(String name, int elementType) {
        OnnxMessage shape =
                new OnnxMessage()
                        .message(1, new OnnxMessage().number(1, 1))
                        .message(1, new OnnxMessage().number(1, 4));
        OnnxMessage type = new OnnxMessage().number(1, elementType).message(2, shape);
        return new OnnxMessage().text(1, name).message(2, new OnnxMessage().message(1, type));
    }

    private static Path neff(Container container, int onnx) {
        return ScaleModel.neff(container, "edges", Edge.model(Map.of("x", onnx)), "trn1", 0);
    }
}

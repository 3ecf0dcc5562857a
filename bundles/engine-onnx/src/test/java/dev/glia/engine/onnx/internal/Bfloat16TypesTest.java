package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.onnx.ElementType.BFLOAT16;
import static dev.glia.engine.onnx.internal.onnx.ElementType.BOOL;
import static dev.glia.engine.onnx.internal.onnx.ElementType.FLOAT;
import static dev.glia.engine.onnx.internal.onnx.ElementType.FLOAT16;
import static dev.glia.engine.onnx.internal.onnx.ElementType.INT16;
import static dev.glia.engine.onnx.internal.onnx.ElementType.INT64;
import static dev.glia.engine.onnx.internal.onnx.ElementType.UINT8;
import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.engine.onnx.internal.onnx.Bfloat16;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.ProtoReader;
import dev.glia.engine.onnx.internal.onnx.ProtoWriter;
import dev.glia.engine.onnx.internal.onnx.SelfContained;
import dev.glia.runtime.DType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which values are of bfloat16: what the file says, what operators make of it, and constants. */
class Bfloat16TypesTest {
    /** With all the operators used here. */
    private static final int NEWEST = 26;

    private static final float[] X = {1.5f, -2.25f, 3.75f, 0.3046875f};

    /** What a model gives for {@link #X}, or for the input of its own. */
    private record Case(String name, byte[] model, float[] input, float[]... expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static GraphAuthor x(Object... dims) {
        return new GraphAuthor("x").input("x", BFLOAT16, dims);
    }

    private static Case of(String name, GraphAuthor graph, float[]... expected) {
        return new Case(name, graph.model(NEWEST), X, expected);
    }

    private static float[] f(float... values) {
        return values;
    }

    static List<Case> operators() {
        float fine = Bf16.round(0.01f);
        ProtoWriter described =
                new ProtoWriter()
                        .message(1, Bf16.node("", "Add", List.of("x", "x"), "sum"))
                        .message(1, Bf16.node("", "Relu", List.of("sum"), "positive"))
                        .message(1, Bf16.node("", "Mul", List.of("positive", "sum"), "y"))
                        .message(11, Bf16.value("x", BFLOAT16, 4))
                        .message(12, Bf16.value("y", BFLOAT16, 4))
                        .message(13, Bf16.value("sum", BFLOAT16, 4))
                        .message(13, Bf16.value("positive", BFLOAT16, 4));
        ProtoWriter values =
                new ProtoWriter()
                        .varint(1, 2)
                        .varint(2, 16)
                        .string(8, "w")
                        .bytes(9, Bf16.data(5, 7));
        ProtoWriter places = new ProtoWriter().varint(1, 2).varint(2, 7).varint(7, 1).varint(7, 3);
        ProtoWriter sparse =
                new ProtoWriter()
                        .message(1, Bf16.node("", "Add", List.of("x", "w"), "y"))
                        .message(11, Bf16.value("x", BFLOAT16, 4))
                        .message(12, Bf16.value("y", BFLOAT16, 4))
                        .message(
                                15,
                                new ProtoWriter()
                                        .message(1, values)
                                        .message(2, places.string(8, "at"))
                                        .varint(3, 4));
        ByteBuffer zero = ByteBuffer.wrap(new byte[] {(byte) 128});
        GraphAuthor square =
                x(4).output("y", BFLOAT16, 4).node("Mul", List.of("x", "x"), List.of("y"));
        return List.of(
                of(
                        "indices of the largest",
                        x(4).output("v", BFLOAT16, 2)
                                .output("i", INT64, 2)
                                .longs("k", new long[] {2}, 1)
                                .node("TopK", List.of("x", "k"), List.of("v", "i")),
                        f(3.75f, 1.5f),
                        f(2, 0)),
                of(
                        "indices of a pool",
                        x(1, 1, 4)
                                .output("v", BFLOAT16, 1, 1, 3)
                                .output("i", INT64, 1, 1, 3)
                                .node(
                                        "MaxPool",
                                        List.of("x"),
                                        List.of("v", "i"),
                                        attribute("kernel_shape", List.of(2L))),
                        f(1.5f, 3.75f, 3.75f),
                        f(0, 2, 2)),
                of(
                        "a mask",
                        x(4).output("v", BFLOAT16, 4)
                                .output("m", BOOL, 4)
                                .node("Dropout", List.of("x"), List.of("v", "m")),
                        X,
                        f(1, 1, 1, 1)),
                of(
                        "a mean in float32",
                        norm(FLOAT.ordinal())
                                .output("mean", FLOAT, 1, 1)
                                .output("inverse", FLOAT, 1, 1),
                        f(0.31054688f, -2.84375f, 4.0625f, -0.96484375f),
                        f(0.8261719f),
                        f(0.4620326f)),
                of(
                        "a mean in bfloat16",
                        norm(BFLOAT16.ordinal())
                                .output("mean", BFLOAT16, 1, 1)
                                .output("inverse", BFLOAT16, 1, 1),
                        f(0.31054688f, -2.84375f, 4.0625f, -0.96484375f),
                        f(0.828125f),
                        f(0.46289062f)),
                of(
                        "a constant node that is an output too",
                        x(4).output("v", BFLOAT16, 4)
                                .output("c", BFLOAT16, 4)
                                .node(
                                        "Constant",
                                        List.of(),
                                        List.of("c"),
                                        Bf16.tensor("value", f(1, 2, 3, 4), 4))
                                .node("Add", List.of("x", "c"), List.of("v")),
                        f(2.5f, -0.25f, 6.75f, 4.3125f),
                        f(1, 2, 3, 4)),
                of(
                        "a constant that is an output too",
                        x(4).output("v", BFLOAT16, 4)
                                .output("c", BFLOAT16, 4)
                                .constant("c", BFLOAT16, Bf16.data(1, 2, 3, 4), 4)
                                .node("Add", List.of("x", "c"), List.of("v")),
                        f(2.5f, -0.25f, 6.75f, 4.3125f),
                        f(1, 2, 3, 4)),
                of(
                        "a constant of a shape",
                        x(4).output("v", BFLOAT16, 4)
                                .longs("n", new long[] {4}, 1)
                                .node(
                                        "ConstantOfShape",
                                        List.of("n"),
                                        List.of("c"),
                                        Bf16.tensor("value", f(1.5f), 1))
                                .node("Add", List.of("x", "c"), List.of("v")),
                        f(3, -0.75f, 5.25f, 1.8046875f)),
                of(
                        "a type of its own",
                        x(2, 2).output("v", BFLOAT16, 2, 2)
                                .output("w", FLOAT, 2, 2)
                                .node("EyeLike", List.of("x"), List.of("v"))
                                .node(
                                        "EyeLike",
                                        List.of("x"),
                                        List.of("w"),
                                        attribute("dtype", FLOAT.ordinal())),
                        f(1, 0, 0, 1),
                        f(1, 0, 0, 1)),
                of(
                        "a window",
                        x(4).output("v", BFLOAT16, 5)
                                .longs("n", new long[] {5})
                                .node(
                                        "HannWindow",
                                        List.of("n"),
                                        List.of("v"),
                                        attribute("output_datatype", BFLOAT16.ordinal())),
                        f(0, 0.34570312f, 0.90625f, 0.90625f, 0.34570312f)),
                of(
                        "quantised and back",
                        x(4).output("q", UINT8, 4)
                                .output("v", BFLOAT16, 4)
                                .constant("s", BFLOAT16, Bf16.data(0.0625f))
                                .constant("fine", BFLOAT16, Bf16.data(fine))
                                .constant("z", UINT8, zero)
                                .node("QuantizeLinear", List.of("x", "s", "z"), List.of("q"))
                                .node("DequantizeLinear", List.of("q", "fine", "z"), List.of("v")),
                        f(152, 92, 188, 133),
                        Bf16.round(24 * fine, -36 * fine, 60 * fine, 5 * fine)),
                of(
                        "the type of another",
                        x(4).floats("w", f(1.001f), 1)
                                .output("v", FLOAT, 4)
                                .output("n", BFLOAT16, 1)
                                .node("CastLike", List.of("x", "w"), List.of("v"))
                                .node("CastLike", List.of("w", "x"), List.of("n")),
                        X,
                        f(1)),
                new Case(
                        "a chosen one",
                        new GraphAuthor("x")
                                .input("x", INT64, 2)
                                .output("v", BFLOAT16, 2, 3)
                                .longs("d", new long[] {3})
                                .constant("s", BFLOAT16, Bf16.data(0.5f, 1.5f), 2)
                                .node("OneHot", List.of("x", "d", "s"), List.of("v"))
                                .model(NEWEST),
                        new float[] {0, 2},
                        f(1.5f, 0.5f, 0.5f, 0.5f, 0.5f, 1.5f)),
                of(
                        "sequences",
                        x(4).output("all", BFLOAT16, 8)
                                .output("second", BFLOAT16, 4)
                                .output("n", INT64)
                                .longs("one", new long[] {1})
                                .node("SequenceConstruct", List.of("x", "x"), List.of("s"))
                                .node(
                                        "SequenceMap",
                                        List.of("s"),
                                        List.of("m"),
                                        attribute("body", square))
                                .node(
                                        "ConcatFromSequence",
                                        List.of("m"),
                                        List.of("all"),
                                        attribute("axis", 0))
                                .node("SequenceAt", List.of("m", "one"), List.of("second"))
                                .node("SequenceLength", List.of("m"), List.of("n")),
                        f(
                                2.25f,
                                5.0625f,
                                14.0625f,
                                0.09277344f,
                                2.25f,
                                5.0625f,
                                14.0625f,
                                0.09277344f),
                        f(2.25f, 5.0625f, 14.0625f, 0.09277344f),
                        f(2)),
                of(
                        "an optional",
                        x(4).output("v", BFLOAT16, 4)
                                .output("h", BOOL)
                                .node("Optional", List.of("x"), List.of("o"))
                                .node("OptionalGetElement", List.of("o"), List.of("v"))
                                .node("OptionalHasElement", List.of("o"), List.of("h")),
                        X,
                        f(1)),
                of(
                        "bits",
                        x(4).output("v", INT16, 4)
                                .node("Add", List.of("x", "x"), List.of("d"))
                                .node(
                                        "BitCast",
                                        List.of("d"),
                                        List.of("v"),
                                        attribute("to", INT16.ordinal())),
                        f(0x4040, (short) 0xc090, 0x40f0, 0x3f1c)),
                of(
                        "a type for one input only",
                        x(1, 4).floats("p", f(1, 2, 0, 1), 4)
                                .floats("wide", f(1.001f, 1, 1, 1), 1, 4)
                                .constant("w", BFLOAT16, Bf16.data(1, 2, 3, 4), 4)
                                .output("v", BFLOAT16, 1, 4)
                                .output("r", BFLOAT16, 1, 4)
                                .node("Pow", List.of("x", "p"), List.of("v"))
                                .node("RMSNormalization", List.of("wide", "w"), List.of("r")),
                        f(1.5f, 5.0625f, 1, 0.3046875f),
                        f(1, 2, 3, 4)),
                of(
                        "names that look like ours",
                        new GraphAuthor("x")
                                .input("x:float32", BFLOAT16, 4)
                                .output("x", BFLOAT16, 4)
                                .output("x:exact", BFLOAT16, 4)
                                .node("Add", List.of("x:float32", "x:float32"), List.of("x"))
                                .node("Add", List.of("x", "x"), List.of("x:exact")),
                        f(3, -4.5f, 7.5f, 0.609375f),
                        f(6, -9, 15, 1.21875f)),
                of(
                        "weights that are only stored so",
                        new GraphAuthor("x")
                                .input("x", FLOAT, 4)
                                .output("v", FLOAT, 4)
                                .constant("w", BFLOAT16, Bf16.data(1, 2, 3, 4.1f), 4)
                                .node(
                                        "Cast",
                                        List.of("w"),
                                        List.of("wide"),
                                        attribute("to", FLOAT.ordinal()))
                                .node("Mul", List.of("x", "wide"), List.of("v")),
                        f(1.5f, -4.5f, 11.25f, 0.3046875f * 4.09375f)),
                new Case(
                        "float16 beside it",
                        new GraphAuthor("x")
                                .input("x", FLOAT, 1)
                                .output("h", FLOAT16, 1)
                                .output("v", BFLOAT16, 1)
                                .node(
                                        "Cast",
                                        List.of("x"),
                                        List.of("h"),
                                        attribute("to", FLOAT16.ordinal()))
                                .node(
                                        "Cast",
                                        List.of("h"),
                                        List.of("v"),
                                        attribute("to", BFLOAT16.ordinal()))
                                .model(NEWEST),
                        new float[] {1.00390625f},
                        f(1.00390625f),
                        f(1)),
                new Case(
                        "values that are described",
                        Bf16.model(described),
                        X,
                        f(9, -0f, 56.25f, 0.37109375f)),
                new Case(
                        "a sparse constant",
                        Bf16.model(sparse),
                        X,
                        f(1.5f, 2.75f, 3.75f, 7.3125f)));
    }

    private static GraphAuthor norm(long stash) {
        return x(1, 4).constant("w", BFLOAT16, Bf16.data(1, 2, 3, 4), 4)
                .output("v", BFLOAT16, 1, 4)
                .node(
                        "LayerNormalization",
                        List.of("x", "w"),
                        List.of("v", "mean", "inverse"),
                        attribute("stash_type", stash));
    }

    @ParameterizedTest
    @MethodSource("operators")
    void knowsTheTypes(Case of) {
        assertThat(Bf16.run(of.model, of.input))
                .usingElementComparator(Arrays::compare)
                .containsExactly(of.expected);
    }

    /** What ONNX Runtime would do at compile is left to the load, so that files stay small. */
    @Test
    void storesWeightsInTwoBytes() {
        int size = 64;
        float[] w = Bf16.eighths(1, size * size);
        GraphAuthor graph =
                new GraphAuthor("stored")
                        .input("x", BFLOAT16, 1, size)
                        .output("y", BFLOAT16, 1, size)
                        .constant("w", BFLOAT16, Bf16.data(w), size, size)
                        .node(
                                "Constant",
                                List.of(),
                                List.of("v"),
                                Bf16.tensor("value", w, size, size))
                        .node("MatMul", List.of("x", "w"), List.of("half"))
                        .node("Transpose", List.of("v"), List.of("t"))
                        .node("MatMul", List.of("half", "t"), List.of("y"));
        Compiled compiled = Lab.compile(graph.model(Bf16.OPSET));
        ByteBuffer model = compiled.members().get("model.onnx").asByteBuffer();
        assertThat(SelfContained.check(model, "model.onnx"))
                .hasSize(2)
                .allMatch(weight -> weight.elementType() == BFLOAT16.ordinal())
                .allMatch(weight -> weight.length() == 2L * size * size);
        assertThat(inputs(model)).containsExactly("x");
        assertThat(compiled.dtypes()).containsKey(DType.BFLOAT16);
        float[] ones = new float[size];
        Arrays.fill(ones, 1);
        float[] half = new float[size];
        float[] y = new float[size];
        for (int i = 0; i < size * size; i++) {
            half[i % size] += w[i];
        }
        for (int i = 0; i < size * size; i++) {
            y[i / size] += Bf16.round(half[i % size]) * w[i];
        }
        assertThat(Bf16.run(compiled, ones).getFirst()).containsExactly(Bf16.round(y));
    }

    private static List<String> inputs(ByteBuffer model) {
        List<String> inputs = new ArrayList<>();
        ProtoReader graph =
                ProtoReader.of(model, "model.onnx").find(7).orElseThrow().message("graph");
        while (graph.next()) {
            if (graph.number() == 11) {
                inputs.add(graph.message("input").text(1));
            }
        }
        return inputs;
    }

    @Test
    void leavesOtherModelsAlone() {
        byte[] model = Graphs.loop();
        assertThat(Bfloat16.inFloat32(model, "m.onnx")).isSameAs(model);
    }

    @Test
    void refusesWhatIsOlderThanBfloat16() {
        byte[] old = x(1).model(12);
        assertThatThrownBy(() -> Bfloat16.inFloat32(old, "m.onnx"))
                .hasMessageContainingAll(
                        "m.onnx: input x is of bfloat16", "from opset 13 on", "opset 12");
    }
}

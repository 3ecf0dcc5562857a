package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.onnx.ElementType.BFLOAT16;
import static dev.glia.engine.onnx.internal.onnx.ElementType.BOOL;
import static dev.glia.engine.onnx.internal.onnx.ElementType.FLOAT;
import static dev.glia.engine.onnx.internal.onnx.ElementType.INT64;
import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.ProtoWriter;
import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Random;

/** One operator at a time: it computes in float32 and rounds once, or only moves. */
class Bfloat16OperatorsTest {
    private static final int ROWS = 3;
    private static final int COLUMNS = 8;
    private static final int ELEMENTS = ROWS * COLUMNS;

    /** What is computed with a, which is positive, and b. */
    private static final List<String> OF_TYPE =
            List.of(
                    "Abs b",
                    "Ceil b",
                    "Celu b",
                    "Cos b",
                    "Elu b",
                    "Erf b",
                    "Exp b",
                    "Flatten b",
                    "Floor b",
                    "Gelu b",
                    "HardSigmoid b",
                    "HardSwish b",
                    "Identity b",
                    "LeakyRelu b",
                    "Log a",
                    "LogSoftmax b",
                    "LpNormalization b",
                    "Mish b",
                    "Neg b",
                    "Reciprocal b",
                    "Relu b",
                    "Round b",
                    "Selu b",
                    "Sigmoid b",
                    "Sign b",
                    "Sin b",
                    "Softmax b",
                    "Softplus b",
                    "Softsign b",
                    "Sqrt a",
                    "Tanh b",
                    "ThresholdedRelu b",
                    "Dropout b",
                    "Add a b",
                    "Sub a b",
                    "Mul a b",
                    "Div b a",
                    "Pow a b",
                    "Max a b",
                    "Min a b",
                    "Mean a b",
                    "Sum a b",
                    "PRelu b a");

    private static final List<String> REDUCED =
            List.of(
                    "ReduceMean b",
                    "ReduceSum b",
                    "ReduceMax b",
                    "ReduceL2 b",
                    "ReduceLogSumExp b");

    private static final List<String> TRUE_OR_FALSE =
            List.of("IsNaN b", "IsInf b", "Equal a b", "Less a b", "GreaterOrEqual a b");

    /** The same operators in float32, by ONNX Runtime itself, rounded here. */
    @Test
    void computesInFloat32AndRoundsOnce() {
        Compiled narrow = Lab.compile(all(BFLOAT16));
        Compiled wide = Lab.compile(all(FLOAT));
        float[] b = Bf16.any(2, ELEMENTS);
        float[] a = Bf16.any(1, ELEMENTS);
        for (int i = 0; i < ELEMENTS; i++) {
            a[i] = Math.abs(a[i]);
        }
        List<float[]> expected = Bf16.run(wide, a, b);
        List<float[]> found = Bf16.run(narrow, a, b);
        for (int i = 0; i < expected.size(); i++) {
            TensorInfo output = wide.outputs().get(i);
            boolean rounds = output.dtype() == DType.FLOAT32;
            assertThat(narrow.outputs().get(i).dtype())
                    .as(output.name())
                    .isEqualTo(rounds ? DType.BFLOAT16 : output.dtype());
            assertThat(found.get(i))
                    .as(output.name())
                    .containsExactly(rounds ? Bf16.round(expected.get(i)) : expected.get(i));
        }
    }

    private static byte[] all(ElementType type) {
        GraphAuthor graph =
                new GraphAuthor("all")
                        .input("a", type, ROWS, COLUMNS)
                        .input("b", type, ROWS, COLUMNS);
        OF_TYPE.forEach(operator -> add(graph, operator, type, ROWS, COLUMNS));
        REDUCED.forEach(operator -> add(graph, operator, type, 1, 1));
        TRUE_OR_FALSE.forEach(operator -> add(graph, operator, BOOL, ROWS, COLUMNS));
        add(graph, "Transpose b", type, COLUMNS, ROWS);
        add(graph, "Concat a b", type, 2 * ROWS, COLUMNS);
        add(graph, "Mod b a", type, ROWS, COLUMNS);
        add(graph, "Shape b", INT64, 2);
        add(graph, "Size b", INT64);
        add(graph, "NonZero a", INT64, 2, ELEMENTS);
        add(graph, "ArgMax b", INT64, 1, COLUMNS);
        return graph.model(Bf16.OPSET);
    }

    private static void add(GraphAuthor graph, String text, ElementType type, Object... dims) {
        List<String> words = List.of(text.split(" "));
        ProtoWriter[] attributes =
                switch (words.getFirst()) {
                    case "Concat" -> new ProtoWriter[] {attribute("axis", 0)};
                    case "Mod" -> new ProtoWriter[] {attribute("fmod", 1)};
                    default -> new ProtoWriter[0];
                };
        graph.output(text, type, dims)
                .node(words.getFirst(), words.subList(1, words.size()), List.of(text), attributes);
    }

    /** The rounding itself, with all that is special. */
    @Test
    void roundsAsTheReferenceDoes() {
        int[] special = {
            0,
            0x80000000,
            1,
            0x8000,
            0x8001,
            0x18000,
            0x7fffff,
            0x800000,
            0x3f808000,
            0x3f818000,
            0x3f818001,
            0xbf808000,
            0x7f7f7fff,
            0x7f7f8000,
            0x7f7fffff,
            0xff7f8000,
            0x7f800000,
            0xff800000,
            0x7f800001,
            0xffc12345
        };
        float[] values = new float[20_000];
        Random random = new Random(1);
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(i < special.length ? special[i] : random.nextInt());
        }
        GraphAuthor graph =
                new GraphAuthor("round")
                        .input("x", FLOAT, values.length)
                        .output("y", BFLOAT16, values.length);
        byte[] model = Bf16.cast(graph, "x", "y", BFLOAT16).model(Bf16.OPSET);
        assertThat(Bf16.run(model, values).getFirst()).isEqualTo(Bf16.round(values));
    }

    /**
     * 1 + 255/128 is 2.9921875 and in the middle; it is rounded before it is converted, whatever
     * ONNX Runtime thinks of conversions in a row.
     */
    @ParameterizedTest
    @CsvSource({
        "BOOL, 1",
        "INT8, 3",
        "UINT8, 3",
        "INT16, 3",
        "INT64, 3",
        "FLOAT16, 3",
        "FLOAT, 3",
        "BFLOAT16, 3"
    })
    void convertsWhatIsRounded(ElementType to, float expected) {
        GraphAuthor graph =
                new GraphAuthor("convert")
                        .input("x", BFLOAT16, 1)
                        .output("y", to, 1)
                        .constant("one", BFLOAT16, Bf16.data(1), 1)
                        .node("Add", List.of("x", "one"), List.of("sum"));
        byte[] model = Bf16.cast(graph, "sum", "y", to).model(Bf16.OPSET);
        assertThat(Bf16.run(model, new float[] {1.9921875f}).getFirst()).containsExactly(expected);
    }
}

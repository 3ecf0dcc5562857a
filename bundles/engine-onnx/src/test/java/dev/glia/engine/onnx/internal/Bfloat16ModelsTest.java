package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.Bf16.round;
import static dev.glia.engine.onnx.internal.onnx.ElementType.BFLOAT16;
import static dev.glia.engine.onnx.internal.onnx.ElementType.FLOAT;
import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.glia.engine.onnx.internal.onnx.GraphAuthor;

import org.junit.jupiter.api.Test;

import java.util.List;

/**
 * Whole models against plain Java that computes in float32 and rounds at every tensor. Where sums
 * of products are exact in float32 (multiples of 1/8), or there are none, the bits are the same;
 * where ONNX Runtime may sum, or approximate exp and erf, in another way than Java does, a result
 * next to the middle of two values of bfloat16 may become the other one.
 */
class Bfloat16ModelsTest {
    /** Of two neighbours in bfloat16. */
    private static final float ONE_STEP = 1f / 128;

    @Test
    void addsAndKeepsBothFormsOfAValue() {
        GraphAuthor graph =
                new GraphAuthor("add")
                        .input("x", BFLOAT16, 2, 3)
                        .output("sum", BFLOAT16, 2, 3)
                        .output("twice", BFLOAT16, 2, 3)
                        .constant("w", BFLOAT16, Bf16.data(1, 2, 3), 3)
                        .node("Add", List.of("x", "w"), List.of("sum"))
                        .node("Add", List.of("sum", "sum"), List.of("twice"));
        float[] x = Bf16.any(1, 6);
        float[] sum = new float[6];
        for (int i = 0; i < 6; i++) {
            sum[i] = round(x[i] + (1 + i % 3));
        }
        List<float[]> found = Bf16.run(graph.model(Bf16.OPSET), x);
        assertThat(found.get(0)).containsExactly(sum);
        assertThat(found.get(1)).containsExactly(round(twice(sum)));
    }

    /** Across each rounding ONNX Runtime could fuse: product and sum, sum and norm. */
    @Test
    void multipliesMatrices() {
        int rows = 4;
        int inner = 16;
        int columns = 8;
        float[] w = Bf16.eighths(2, inner * columns);
        float[] bias = Bf16.eighths(3, columns);
        GraphAuthor graph =
                new GraphAuthor("dense")
                        .input("x", BFLOAT16, rows, inner)
                        .output("product", BFLOAT16, rows, columns)
                        .output("hidden", BFLOAT16, rows, columns)
                        .output("gemm", BFLOAT16, rows, columns)
                        .constant("w", BFLOAT16, Bf16.data(w), inner, columns)
                        .constant("b", BFLOAT16, Bf16.data(bias), columns)
                        .node("MatMul", List.of("x", "w"), List.of("m"))
                        .node("Add", List.of("m", "b"), List.of("sum"))
                        .node("Relu", List.of("sum"), List.of("hidden"))
                        .node("MatMul", List.of("x", "w"), List.of("product"))
                        .node(
                                "Gemm",
                                List.of("x", "w", "b"),
                                List.of("gemm"),
                                attribute("alpha", 0.5f));
        float[] x = Bf16.eighths(1, rows * inner);
        float[] product = Bf16.product(x, w, rows, inner, columns);
        float[] hidden = new float[product.length];
        float[] gemm = new float[product.length];
        for (int i = 0; i < product.length; i++) {
            hidden[i] = Math.max(0, round(round(product[i]) + bias[i % columns]));
            gemm[i] = round(product[i] * 0.5f + bias[i % columns]);
        }
        List<float[]> found = Bf16.run(graph.model(Bf16.OPSET), x);
        assertThat(found.get(0)).containsExactly(round(product));
        assertThat(found.get(1)).containsExactly(hidden);
        assertThat(found.get(2)).containsExactly(gemm);
    }

    /** Convolution, batch normalisation and Relu, which are one step in float32 and three here. */
    @Test
    void convolves() {
        int size = 6;
        int channels = 2;
        int filters = 3;
        float[] w = Bf16.eighths(2, filters * channels * 9);
        float[] bias = Bf16.eighths(3, filters);
        float[] scale = {1.5f, 0.375f, 2};
        float[] shift = {0.25f, -1, 0.125f};
        GraphAuthor graph =
                new GraphAuthor("conv")
                        .input("x", BFLOAT16, 1, channels, size, size)
                        .output("y", BFLOAT16, 1, filters, size - 2, size - 2)
                        .constant("w", BFLOAT16, Bf16.data(w), filters, channels, 3, 3)
                        .constant("b", BFLOAT16, Bf16.data(bias), filters)
                        .constant("scale", BFLOAT16, Bf16.data(scale), filters)
                        .constant("shift", BFLOAT16, Bf16.data(shift), filters)
                        .constant("mean", BFLOAT16, Bf16.data(0, 0, 0), filters)
                        .constant("var", BFLOAT16, Bf16.data(1, 1, 1), filters)
                        .node("Conv", List.of("x", "w", "b"), List.of("c"))
                        .node(
                                "BatchNormalization",
                                List.of("c", "scale", "shift", "mean", "var"),
                                List.of("n"),
                                attribute("epsilon", 0f))
                        .node("Relu", List.of("n"), List.of("y"));
        float[] x = Bf16.eighths(1, channels * size * size);
        int out = size - 2;
        float[] expected = new float[filters * out * out];
        for (int f = 0; f < filters; f++) {
            for (int i = 0; i < out * out; i++) {
                float sum = bias[f];
                for (int c = 0; c < channels; c++) {
                    for (int k = 0; k < 9; k++) {
                        int row = i / out + k / 3;
                        int column = i % out + k % 3;
                        sum += w[(f * channels + c) * 9 + k] * x[(c * size + row) * size + column];
                    }
                }
                expected[f * out * out + i] = Math.max(0, round(round(sum) * scale[f] + shift[f]));
            }
        }
        assertThat(Bf16.run(graph.model(Bf16.OPSET), x).getFirst()).containsExactly(expected);
    }

    /** A layer of a transformer: projections, heads, a mask, softmax, the rest, normalisation. */
    @Test
    void attends() {
        int words = 5;
        int width = 8;
        float[] q = Bf16.eighths(2, width * width);
        float[] k = Bf16.eighths(3, width * width);
        float[] v = Bf16.eighths(4, width * width);
        float[] mask = new float[words * words];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % words > i / words ? Float.NEGATIVE_INFINITY : 0;
        }
        float[] scale = Bf16.any(5, width);
        float[] shift = Bf16.any(6, width);
        GraphAuthor graph =
                new GraphAuthor("attention")
                        .input("x", BFLOAT16, words, width)
                        .output("y", BFLOAT16, words, width)
                        .constant("wq", BFLOAT16, Bf16.data(q), width, width)
                        .constant("wk", BFLOAT16, Bf16.data(k), width, width)
                        .constant("wv", BFLOAT16, Bf16.data(v), width, width)
                        .constant("mask", BFLOAT16, Bf16.data(mask), words, words)
                        .constant("root", BFLOAT16, Bf16.data(0.03125f))
                        .constant("scale", BFLOAT16, Bf16.data(scale), width)
                        .constant("shift", BFLOAT16, Bf16.data(shift), width)
                        .node("MatMul", List.of("x", "wq"), List.of("q"))
                        .node("MatMul", List.of("x", "wk"), List.of("k"))
                        .node("MatMul", List.of("x", "wv"), List.of("v"))
                        .node("Transpose", List.of("k"), List.of("kt"))
                        .node("MatMul", List.of("q", "kt"), List.of("all"))
                        .node("Mul", List.of("all", "root"), List.of("scaled"))
                        .node("Add", List.of("scaled", "mask"), List.of("masked"))
                        .node("Softmax", List.of("masked"), List.of("weights"))
                        .node("MatMul", List.of("weights", "v"), List.of("heads"))
                        .node("Add", List.of("x", "heads"), List.of("sum"))
                        .node("LayerNormalization", List.of("sum", "scale", "shift"), List.of("y"));
        float[] x = Bf16.eighths(1, words * width);
        float[] keys = round(Bf16.product(x, k, words, width, width));
        float[] transposed = new float[keys.length];
        for (int i = 0; i < keys.length; i++) {
            transposed[i % width * words + i / width] = keys[i];
        }
        float[] all =
                round(
                        Bf16.product(
                                round(Bf16.product(x, q, words, width, width)),
                                transposed,
                                words,
                                width,
                                words));
        float[] weights = new float[all.length];
        for (int i = 0; i < all.length; i++) {
            weights[i] = round(round(all[i] * 0.03125f) + mask[i]);
        }
        Bf16.softmax(weights, words);
        float[] values = round(Bf16.product(x, v, words, width, width));
        float[] sum = round(Bf16.product(round(weights), values, words, words, width));
        for (int i = 0; i < sum.length; i++) {
            sum[i] = round(x[i] + sum[i]);
        }
        isNextTo(
                Bf16.run(graph.model(Bf16.OPSET), x).getFirst(),
                round(Bf16.normalized(sum, width, scale, shift)));
    }

    /** As models are exported that normalise in float32 between tensors of bfloat16. */
    @Test
    void mixesWithFloat32() {
        int width = 8;
        float[] w = Bf16.any(2, width);
        GraphAuthor graph =
                new GraphAuthor("mixed")
                        .input("x", BFLOAT16, 2, width)
                        .output("y", BFLOAT16, 2, width)
                        .constant("w", BFLOAT16, Bf16.data(w), width)
                        .floats("two", new float[] {2})
                        .floats("epsilon", new float[] {1e-5f})
                        .longs("last", new long[] {-1}, 1);
        Bf16.cast(graph, "x", "wide", FLOAT)
                .node("Pow", List.of("wide", "two"), List.of("squares"))
                .node("ReduceMean", List.of("squares", "last"), List.of("mean"))
                .node("Add", List.of("mean", "epsilon"), List.of("more"))
                .node("Sqrt", List.of("more"), List.of("root"))
                .node("Div", List.of("wide", "root"), List.of("rms"));
        Bf16.cast(graph, "rms", "narrow", BFLOAT16)
                .node("Mul", List.of("narrow", "w"), List.of("y"));
        float[] x = Bf16.any(1, 2 * width);
        float[] expected = new float[x.length];
        for (int row = 0; row < x.length; row += width) {
            float squares = 0;
            for (int i = row; i < row + width; i++) {
                squares += x[i] * x[i];
            }
            float root = (float) Math.sqrt(squares / width + 1e-5f);
            for (int i = row; i < row + width; i++) {
                expected[i] = round(round(x[i] / root) * w[i - row]);
            }
        }
        isNextTo(Bf16.run(graph.model(Bf16.OPSET), x).getFirst(), expected);
    }

    /**
     * ONNX Runtime makes one operator of this, with what is before the conversion as its input, and
     * then refuses that: so it must not see that it is a conversion from bfloat16.
     */
    @Test
    void hidesConversionsFromFusions() {
        int width = 8;
        float[] gamma = {1, 2, 3, 4, 5, 6, 7, 8};
        GraphAuthor graph =
                new GraphAuthor("norm")
                        .input("x", BFLOAT16, 2, width)
                        .output("y", FLOAT, 2, width)
                        .floats("two", new float[] {2})
                        .floats("epsilon", new float[] {1e-5f})
                        .floats("gamma", gamma, width)
                        .floats("beta", gamma, width)
                        .longs("last", new long[] {-1}, 1);
        Bf16.cast(graph, "x", "wide", FLOAT)
                .node("ReduceMean", List.of("wide", "last"), List.of("mean"))
                .node("Sub", List.of("wide", "mean"), List.of("distance"))
                .node("Pow", List.of("distance", "two"), List.of("squares"))
                .node("ReduceMean", List.of("squares", "last"), List.of("variance"))
                .node("Add", List.of("variance", "epsilon"), List.of("more"))
                .node("Sqrt", List.of("more"), List.of("deviation"))
                .node("Div", List.of("distance", "deviation"), List.of("plain"))
                .node("Mul", List.of("plain", "gamma"), List.of("scaled"))
                .node("Add", List.of("scaled", "beta"), List.of("y"));
        float[] x = Bf16.any(1, 2 * width);
        assertThat(Bf16.run(graph.model(Bf16.OPSET), x).getFirst())
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(Bf16.normalized(x, width, gamma, gamma));
    }

    private static float[] twice(float[] values) {
        float[] twice = values.clone();
        for (int i = 0; i < values.length; i++) {
            twice[i] *= 2;
        }
        return twice;
    }

    private static void isNextTo(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(round(found[i])).isEqualTo(found[i]);
            assertThat(found[i]).isCloseTo(expected[i], within(Math.abs(expected[i]) * ONE_STEP));
        }
    }
}

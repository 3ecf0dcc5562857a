package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.Bf16.round;
import static dev.glia.engine.onnx.internal.onnx.ElementType.BFLOAT16;
import static dev.glia.engine.onnx.internal.onnx.ElementType.BOOL;
import static dev.glia.engine.onnx.internal.onnx.ElementType.FLOAT;
import static dev.glia.engine.onnx.internal.onnx.ElementType.INT64;
import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.engine.onnx.internal.onnx.Bfloat16;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.ProtoWriter;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

/** Loops, branches and functions are the steps within them, each of which is rounded. */
class Bfloat16StepsTest {

    @Test
    void looksIntoLoops() {
        GraphAuthor body =
                new GraphAuthor("body")
                        .input("i", INT64)
                        .input("go", BOOL)
                        .input("sum", BFLOAT16, 1)
                        .output("go_on", BOOL)
                        .output("more", BFLOAT16, 1)
                        .output("seen", BFLOAT16, 1)
                        .constant("step", BFLOAT16, Bf16.data(1.0078125f), 1)
                        .node("Identity", List.of("go"), List.of("go_on"))
                        .node("Mul", List.of("step", "x"), List.of("part"))
                        .node("Add", List.of("sum", "part"), List.of("more"))
                        .node("Identity", List.of("more"), List.of("seen"));
        GraphAuthor graph =
                new GraphAuthor("loop")
                        .input("x", BFLOAT16, 1)
                        .output("end", BFLOAT16, 1)
                        .output("all", BFLOAT16, 5, 1)
                        .longs("trips", new long[] {5})
                        .node(
                                "Loop",
                                List.of("trips", "", "x"),
                                List.of("end", "all"),
                                attribute("body", body));
        float x = 3.640625f;
        float[] all = new float[5];
        float sum = x;
        for (int i = 0; i < 5; i++) {
            sum = round(sum + round(1.0078125f * x));
            all[i] = sum;
        }
        List<float[]> found = Bf16.run(graph.model(Bf16.OPSET), new float[] {x});
        assertThat(found.get(0)).containsExactly(sum);
        assertThat(found.get(1)).containsExactly(all);
    }

    @Test
    void looksIntoScans() {
        GraphAuthor body =
                new GraphAuthor("body")
                        .input("sum", BFLOAT16)
                        .input("next", BFLOAT16)
                        .output("more", BFLOAT16)
                        .output("seen", BFLOAT16)
                        .node("Add", List.of("sum", "next"), List.of("more"))
                        .node("Mul", List.of("more", "more"), List.of("seen"));
        GraphAuthor graph =
                new GraphAuthor("scan")
                        .input("x", BFLOAT16, 6)
                        .output("end", BFLOAT16)
                        .output("squares", BFLOAT16, 6)
                        .constant("zero", BFLOAT16, Bf16.data(0))
                        .node(
                                "Scan",
                                List.of("zero", "x"),
                                List.of("end", "squares"),
                                attribute("body", body),
                                attribute("num_scan_inputs", 1));
        float[] x = Bf16.any(1, 6);
        float sum = 0;
        float[] squares = new float[6];
        for (int i = 0; i < 6; i++) {
            sum = round(sum + x[i]);
            squares[i] = round(sum * sum);
        }
        List<float[]> found = Bf16.run(graph.model(Bf16.OPSET), x);
        assertThat(found.get(0)).containsExactly(sum);
        assertThat(found.get(1)).containsExactly(squares);
    }

    /** Both branches use values from outside; the nodes are in no order. */
    @Test
    void looksIntoBranches() {
        GraphAuthor square =
                new GraphAuthor("square")
                        .output("s", BFLOAT16, 2)
                        .node("Mul", List.of("sum", "sum"), List.of("s"));
        GraphAuthor third =
                new GraphAuthor("third")
                        .output("t", BFLOAT16, 2)
                        .constant("three", BFLOAT16, Bf16.data(3))
                        .node("Div", List.of("sum", "three"), List.of("t"));
        byte[] model =
                new GraphAuthor("if")
                        .input("x", BFLOAT16, 2)
                        .input("yes", BOOL)
                        .output("y", BFLOAT16, 2)
                        .node(
                                "If",
                                List.of("yes"),
                                List.of("chosen"),
                                attribute("then_branch", square),
                                attribute("else_branch", third))
                        .node("Add", List.of("chosen", "x"), List.of("y"))
                        .node("Add", List.of("x", "x"), List.of("sum"))
                        .model(Bf16.OPSET);
        float[] x = {1.6015625f, -0.33203125f};
        float[] yes = new float[2];
        float[] no = new float[2];
        for (int i = 0; i < 2; i++) {
            yes[i] = round(round(2 * x[i] * 2 * x[i]) + x[i]);
            no[i] = round(round(2 * x[i] / 3) + x[i]);
        }
        assertThat(Bf16.run(model, x, new float[] {1}).getFirst()).containsExactly(yes);
        assertThat(Bf16.run(model, x, new float[] {0}).getFirst()).containsExactly(no);
    }

    /** One function, called with bfloat16 and with float32, and with another type to give. */
    @Test
    void looksIntoFunctions() {
        float x = 1.0234375f;
        float w = 2.9775624f;
        float rounded = round(round(x * x) + x);
        List<float[]> found = Bf16.run(calls(), new float[] {x}, new float[] {w});
        assertThat(found.get(0)).containsExactly(rounded);
        assertThat(found.get(1)).containsExactly(round(w * w + w));
        assertThat(found.get(2)).containsExactly(rounded);
    }

    private static byte[] calls() {
        ProtoWriter to = new ProtoWriter().string(1, "to").string(21, "type").varint(20, 2);
        ProtoWriter function =
                new ProtoWriter()
                        .string(1, "SquareMore")
                        .string(4, "a")
                        .string(5, "b")
                        .string(6, "type")
                        .message(7, Bf16.node("", "Mul", List.of("a", "a"), "square"))
                        .message(7, Bf16.node("", "Add", List.of("square", "a"), "sum"))
                        .message(7, Bf16.node("", "Cast", List.of("sum"), "b", to))
                        .message(9, new ProtoWriter().string(1, "").varint(2, Bf16.OPSET));
        ProtoWriter graph =
                new ProtoWriter()
                        .message(1, call("x", "n2n", BFLOAT16))
                        .message(1, call("w", "w2n", BFLOAT16))
                        .message(1, call("x", "n2w", FLOAT))
                        .message(11, Bf16.value("x", BFLOAT16, 1))
                        .message(11, Bf16.value("w", FLOAT, 1))
                        .message(12, Bf16.value("n2n", BFLOAT16, 1))
                        .message(12, Bf16.value("w2n", BFLOAT16, 1))
                        .message(12, Bf16.value("n2w", FLOAT, 1));
        return Bf16.model(graph, function);
    }

    private static ProtoWriter call(String from, String to, ElementType type) {
        return Bf16.node("lab", "SquareMore", List.of(from), to, attribute("type", type.ordinal()));
    }

    /** The outer one has no operator of ONNX itself, and so no version of these. */
    @Test
    void looksIntoFunctionsOfFunctions() {
        ProtoWriter outer =
                new ProtoWriter()
                        .string(1, "Outer")
                        .string(4, "a")
                        .string(5, "b")
                        .message(7, Bf16.node("lab", "Inner", List.of("a"), "once"))
                        .message(7, Bf16.node("lab", "Inner", List.of("once"), "b"));
        ProtoWriter bits = new ProtoWriter().string(1, "Inner").string(4, "a").string(5, "b");
        bits.message(7, Bf16.node("", "Mul", List.of("a", "a"), "b"))
                .message(9, new ProtoWriter().string(1, "").varint(2, Bf16.OPSET));
        ProtoWriter graph =
                new ProtoWriter()
                        .message(1, Bf16.node("lab", "Outer", List.of("x"), "y"))
                        .message(11, Bf16.value("x", BFLOAT16, 1))
                        .message(12, Bf16.value("y", BFLOAT16, 1));
        float x = 1.0234375f;
        float square = round(x * x);
        assertThat(Bf16.run(Bf16.model(graph, outer, bits), new float[] {x}).getFirst())
                .containsExactly(round(square * square));
    }

    @Test
    void refusesFunctionsThatCallThemselves() {
        ProtoWriter function =
                new ProtoWriter()
                        .string(1, "F")
                        .string(4, "a")
                        .string(5, "b")
                        .message(7, Bf16.node("lab", "F", List.of("a"), "b"));
        ProtoWriter graph =
                new ProtoWriter()
                        .message(1, Bf16.node("lab", "F", List.of("x"), "y"))
                        .message(11, Bf16.value("x", BFLOAT16, 1));
        byte[] model = Bf16.model(graph, function);
        assertThatThrownBy(() -> Bfloat16.inFloat32(model, "m.onnx"))
                .hasMessageContainingAll("m.onnx", "functions that call each other deeper than 32");
    }

    @Test
    void refusesGraphsNestedWithoutEnd() {
        GraphAuthor graph = new GraphAuthor("innermost").input("x", BFLOAT16);
        for (int depth = 0; depth < 1_000; depth++) {
            graph =
                    new GraphAuthor("around")
                            .node("If", List.of("c"), List.of("y"), attribute("then", graph));
        }
        byte[] model = graph.model(Bf16.OPSET);
        assertThatThrownBy(() -> Bfloat16.inFloat32(model, "m.onnx"))
                .hasMessageContaining("nested deeper");
    }

    /** The rewriting on bytes that somebody broke. */
    @Test
    void survivesFlippedBits() {
        byte[] model = calls();
        Random random = new Random(1);
        for (int i = 0; i < model.length; i++) {
            byte[] flipped = model.clone();
            flipped[i] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            try {
                Bfloat16.inFloat32(flipped, "m.onnx");
            } catch (NrtException refused) {
                assertThat(refused.status()).isEqualTo(NrtStatus.NRT_INVALID);
            }
        }
    }
}

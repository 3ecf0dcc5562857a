package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;

import java.util.List;

/** The models that the tests run. */
final class Graphs {
    static final int OPSET = 17;

    private Graphs() {}

    /** y = x * 2, element by element. */
    static byte[] twice(Object... dims) {
        return new GraphAuthor("twice")
                .input("x", ElementType.FLOAT, dims)
                .output("y", ElementType.FLOAT, dims)
                .floats("two", new float[] {2})
                .node("Mul", List.of("x", "two"), List.of("y"))
                .model(OPSET);
    }

    /** y = a / b. */
    static byte[] quotient(ElementType type, int size) {
        return new GraphAuthor("quotient")
                .input("a", type, size)
                .input("b", type, size)
                .output("y", type, size)
                .node("Div", List.of("a", "b"), List.of("y"))
                .model(OPSET);
    }

    /** y = x, for types that have hardly any operator. */
    static byte[] copy(ElementType type, Object... dims) {
        return new GraphAuthor("copy")
                .input("x", type, dims)
                .output("y", type, dims)
                .node("Identity", List.of("x"), List.of("y"))
                .model(19);
    }

    /** Counts up trips times; the perfect hang when there are many. */
    static byte[] loop() {
        GraphAuthor body =
                new GraphAuthor("body")
                        .input("i", ElementType.INT64)
                        .input("go", ElementType.BOOL)
                        .input("sum", ElementType.FLOAT, 1)
                        .output("go_on", ElementType.BOOL)
                        .output("more", ElementType.FLOAT, 1)
                        .floats("one", new float[] {1}, 1)
                        .node("Identity", List.of("go"), List.of("go_on"))
                        .node("Add", List.of("sum", "one"), List.of("more"));
        return new GraphAuthor("loop")
                .input("trips", ElementType.INT64)
                .input("start", ElementType.FLOAT, 1)
                .output("end", ElementType.FLOAT, 1)
                .node(
                        "Loop",
                        List.of("trips", "", "start"),
                        List.of("end"),
                        attribute("body", body))
                .model(OPSET);
    }

    /** {@return a model with two inputs and two outputs of other sizes, which copies each} */
    static byte[] pair(int first, int second) {
        return new GraphAuthor("pair")
                .input("a", ElementType.FLOAT, first)
                .input("b", ElementType.FLOAT, second)
                .output("x", ElementType.FLOAT, first)
                .output("y", ElementType.FLOAT, second)
                .node("Identity", List.of("a"), List.of("x"))
                .node("Identity", List.of("b"), List.of("y"))
                .model(OPSET);
    }
}

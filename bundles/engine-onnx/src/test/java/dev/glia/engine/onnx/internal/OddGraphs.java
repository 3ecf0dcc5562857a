package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.ProtoWriter;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Models as exporters write them that nobody expects, by the names that the tables of tests use.
 */
final class OddGraphs {
    static final int INPUT = 11;
    static final int OUTPUT = 12;
    static final int TENSOR = 1;

    private OddGraphs() {}

    /** {@return a model by its name here, or one operator such as {@code Neg(batch,3)}} */
    static byte[] named(String name) {
        GraphAuthor graph =
                switch (name) {
                    case "passed on" -> y(x(), "x");
                    case "passed on and more" -> y(y(neg(x(), "y"), "y"), "x");
                    case "twice" -> y(y(neg(x(), "y"), "y"), "y");
                    case "copies" -> copies();
                    case "constant" -> constant();
                    case "unranked" ->
                            neg(value(value(graph(), INPUT, TENSOR), OUTPUT, TENSOR), "y");
                    case "unranked output" -> mean(1, 2, 2, 2);
                    case "wrong rank" -> neg(x(), "y").output("y", ElementType.FLOAT, 12);
                    case "wrong sizes" -> neg(x(), "y").output("y", ElementType.FLOAT, 3, 4);
                    case "endless" -> endless().output("y", ElementType.FLOAT, 3, "n");
                    case "endless, but told" -> endless().output("y", ElementType.FLOAT, 3, 3);
                    case "pair" -> sum("n", "n", 3);
                    case "sum" -> sum("n", "m", 1);
                    case "default" -> defaulted();
                    case "top" -> topK();
                    case "range" -> range(ElementType.INT64);
                    case "range of fractions" -> range(ElementType.FLOAT);
                    case "told" -> shapedBy("Tile").output("y", ElementType.FLOAT, 4, 3);
                    case "told otherwise" -> expanded();
                    case "branches" -> branches();
                    case "truth" -> truth();
                    case "Reshape", "Expand", "Tile" -> value(shapedBy(name), OUTPUT, TENSOR);
                    default -> one(name);
                };
        return graph.model(Graphs.OPSET);
    }

    static GraphAuthor graph() {
        return new GraphAuthor("odd");
    }

    static GraphAuthor x() {
        return graph().input("x", ElementType.FLOAT, 4, 3);
    }

    static GraphAuthor y(GraphAuthor graph, String name) {
        return graph.output(name, ElementType.FLOAT, 4, 3);
    }

    static GraphAuthor neg(GraphAuthor graph, String result) {
        return graph.node("Neg", List.of("x"), List.of(result));
    }

    /** One operator over an input of this name. */
    static byte[] of(String input) {
        return y(graph().input(input, ElementType.FLOAT, 4, 3), "y")
                .node("Neg", List.of(input), List.of("y"))
                .model(Graphs.OPSET);
    }

    /** An input x or output y of {@code float32}, of a kind that has this field in a type. */
    static GraphAuthor value(GraphAuthor graph, int role, int kind) {
        ProtoWriter type = new ProtoWriter().varint(1, ElementType.FLOAT.ordinal());
        ProtoWriter of =
                kind == TENSOR
                        ? type
                        : new ProtoWriter().message(1, new ProtoWriter().message(TENSOR, type));
        return graph.field(
                role,
                new ProtoWriter()
                        .string(1, role == INPUT ? "x" : "y")
                        .message(2, new ProtoWriter().message(kind, of)));
    }

    private static GraphAuthor one(String call) {
        int open = call.indexOf('(');
        Object[] dims =
                Arrays.stream(call.substring(open + 1, call.length() - 1).split(",", -1))
                        .map(dim -> dim.matches("-?\\d+") ? (Object) Long.valueOf(dim) : dim)
                        .toArray();
        return graph().input("x", ElementType.FLOAT, dims)
                .output("y", ElementType.FLOAT, dims)
                .node(call.substring(0, open), List.of("x"), List.of("y"));
    }

    private static GraphAuthor copies() {
        return y(y(neg(x(), "n"), "y"), "z")
                .node("Identity", List.of("n"), List.of("y"))
                .node("Identity", List.of("n"), List.of("z"));
    }

    private static GraphAuthor constant() {
        return y(neg(x(), "y"), "y")
                .output("w", ElementType.FLOAT, 3)
                .floats("w", new float[] {7, 8, 9}, 3);
    }

    /** ONNX Runtime does not infer the shape of this operator. */
    static GraphAuthor mean(Object... dims) {
        return value(graph().input("x", ElementType.FLOAT, dims), OUTPUT, TENSOR)
                .node("MeanVarianceNormalization", List.of("x"), List.of("y"));
    }

    /** A loop that is never told to stop. */
    private static GraphAuthor endless() {
        GraphAuthor body =
                graph().input("i", ElementType.INT64)
                        .input("go", ElementType.BOOL)
                        .input("sum", ElementType.FLOAT, 4, 3)
                        .output("go_on", ElementType.BOOL)
                        .output("more", ElementType.FLOAT, 4, 3)
                        .node("Identity", List.of("go"), List.of("go_on"))
                        .node("Add", List.of("sum", "sum"), List.of("more"));
        return x().constant("true", ElementType.BOOL, ByteBuffer.wrap(new byte[] {1}))
                .node("Loop", List.of("", "true", "x"), List.of("end"), attribute("body", body))
                .node("MeanVarianceNormalization", List.of("end"), List.of("y"));
    }

    private static GraphAuthor sum(String one, String other, int last) {
        return graph().input("a", ElementType.FLOAT, one, last)
                .input("b", ElementType.FLOAT, other, last)
                .output("y", ElementType.FLOAT, one, last)
                .node("Add", List.of("a", "b"), List.of("y"));
    }

    private static GraphAuthor defaulted() {
        return y(x().input("alpha", ElementType.FLOAT), "y")
                .floats("alpha", new float[] {2})
                .node("Mul", List.of("x", "alpha"), List.of("y"));
    }

    private static GraphAuthor topK() {
        return x().input("k", ElementType.INT64, 1)
                .output("v", ElementType.FLOAT, 4, "k")
                .output("i", ElementType.INT64, 4, "k")
                .node("TopK", List.of("x", "k"), List.of("v", "i"));
    }

    private static GraphAuthor range(ElementType type) {
        return graph().input("start", type)
                .input("limit", type)
                .input("delta", type)
                .output("y", type, "n")
                .node("Range", List.of("start", "limit", "delta"), List.of("y"));
    }

    /** The outer branch is chosen by a value, and the ones within by a shape. */
    private static GraphAuthor branches() {
        return graph().input("x", ElementType.FLOAT, "n", 3)
                .input("rate", ElementType.INT64)
                .output("y", ElementType.FLOAT, "m")
                .longs("known", new long[] {16_000})
                .node("Equal", List.of("rate", "known"), List.of("chosen"))
                .node(
                        "If",
                        List.of("chosen"),
                        List.of("y"),
                        attribute("then_branch", squeezed("a")),
                        attribute("else_branch", squeezed("b")));
    }

    private static GraphAuthor squeezed(String prefix) {
        String result = prefix + "_result";
        return graph().longs(prefix + "_one", new long[] {1})
                .longs(prefix + "_first", new long[] {0}, 1)
                .node("Neg", List.of("x"), List.of(prefix + "_x"))
                .node("Shape", List.of(prefix + "_x"), List.of(prefix + "_shape"))
                .node(
                        "Gather",
                        List.of(prefix + "_shape", prefix + "_first"),
                        List.of(prefix + "_n"))
                .node("Squeeze", List.of(prefix + "_n"), List.of(prefix + "_s"))
                .node("Equal", List.of(prefix + "_s", prefix + "_one"), List.of(prefix + "_is"))
                .node(
                        "If",
                        List.of(prefix + "_is"),
                        List.of(prefix + "_in"),
                        attribute(
                                "then_branch",
                                branch(
                                        "Squeeze",
                                        List.of(prefix + "_x", prefix + "_first"),
                                        prefix + "_then")),
                        attribute(
                                "else_branch",
                                branch("Identity", List.of(prefix + "_x"), prefix + "_else")))
                .node("Abs", List.of(prefix + "_in"), List.of(result))
                .output(result, ElementType.FLOAT, "r");
    }

    private static GraphAuthor branch(String operator, List<String> inputs, String result) {
        return graph().node(operator, inputs, List.of(result))
                .output(result, ElementType.FLOAT, result + "_n");
    }

    /** A Boolean that goes in and comes out. */
    private static GraphAuthor truth() {
        return graph().input("x", ElementType.BOOL, 4)
                .output("x", ElementType.BOOL, 4)
                .output("y", ElementType.BOOL, 4)
                .node("Not", List.of("x"), List.of("y"));
    }

    private static GraphAuthor expanded() {
        return graph().input("x", ElementType.FLOAT, 3, 1)
                .input("s", ElementType.INT64, 2)
                .output("y", ElementType.FLOAT, 3, 4)
                .node("Expand", List.of("x", "s"), List.of("y"));
    }

    /** The value of s decides the shape of y. */
    private static GraphAuthor shapedBy(String operator) {
        return x().input("s", ElementType.INT64, operator.equals("Expand") ? 3 : 2)
                .node(operator, List.of("x", "s"), List.of("y"));
    }
}

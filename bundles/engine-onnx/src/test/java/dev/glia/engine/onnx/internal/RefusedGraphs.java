package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.OddGraphs.INPUT;
import static dev.glia.engine.onnx.internal.OddGraphs.OUTPUT;
import static dev.glia.engine.onnx.internal.OddGraphs.graph;
import static dev.glia.engine.onnx.internal.OddGraphs.neg;
import static dev.glia.engine.onnx.internal.OddGraphs.value;
import static dev.glia.engine.onnx.internal.OddGraphs.x;
import static dev.glia.engine.onnx.internal.OddGraphs.y;
import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.ProtoReader;
import dev.glia.engine.onnx.internal.onnx.ProtoWriter;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** Models that cannot be compiled, by the names that the table of tests uses. */
final class RefusedGraphs {
    private static final int SEQUENCE = 4;
    private static final int OPTIONAL = 9;

    private RefusedGraphs() {}

    static byte[] named(String name) {
        return switch (name) {
            case "new operators" -> added().model(99);
            case "old operators" -> added().model(5);
            case "new format" ->
                    new ProtoWriter()
                            .varint(1, 99)
                            .fields(ProtoReader.of(added().model(17), "added"), 1)
                            .toByteArray();
            case "imported custom" -> with(custom().model(17), imported("my.corp"));
            case "texts" -> Graphs.copy(ElementType.STRING, 4);
            case "int4" -> Graphs.copy(ElementType.INT4, 4);
            case "no name" -> OddGraphs.of("");
            case "NUL" -> OddGraphs.of("a\0b");
            default -> {
                GraphAuthor graph = author(name);
                yield graph == null ? OddGraphs.named(name) : graph.model(17);
            }
        };
    }

    private static GraphAuthor author(String name) {
        return switch (name) {
            case "large" -> OddGraphs.mean("n", 2, 2, 2);
            case "trap" -> trap();
            case "boxes" -> boxes();
            case "unique" ->
                    x().output("y", ElementType.FLOAT, "n")
                            .node("Unique", List.of("x"), List.of("y"));
            case "grows" -> grows();
            case "sequence in" -> y(value(graph(), INPUT, SEQUENCE), "y");
            case "sequence out" -> value(x(), OUTPUT, SEQUENCE);
            case "optional in" -> y(value(graph(), INPUT, OPTIONAL), "y");
            case "optional out" -> value(x(), OUTPUT, OPTIONAL);
            case "untyped" -> y(graph().field(INPUT, new ProtoWriter().string(1, "x")), "y");
            case "double out" ->
                    cast(x(), "y", ElementType.DOUBLE).output("y", ElementType.DOUBLE, 4, 3);
            case "custom" -> custom();
            case "no kernel" -> shift(graph().input("x", ElementType.UINT16, 4), "x");
            case "no kernel within" -> shift(cast(x(), "i", ElementType.UINT16), "i");
            case "two types" ->
                    y(x().input("k", ElementType.INT64, 4, 3), "y")
                            .node("Add", List.of("x", "k"), List.of("y"));
            case "misfit" -> y(x(), "y").node("MatMul", List.of("x", "x"), List.of("y"));
            case "attribute" ->
                    y(x(), "y").node("Relu", List.of("x"), List.of("y"), attribute("foo", 1));
            case "no output" -> neg(x(), "y");
            case "two inputs" -> y(neg(x().input("x", ElementType.FLOAT, 4, 3), "y"), "y");
            case "from nowhere" -> y(x(), "y").node("Add", List.of("x", "z"), List.of("y"));
            case "many inputs" -> many();
            case "short data" -> weighted(8, 3);
            case "long data" -> weighted(16, 3);
            case "impossible data" -> weighted(12, -3);
            default -> null;
        };
    }

    private static byte[] with(byte[] model, ProtoWriter more) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(model);
        both.writeBytes(more.toByteArray());
        return both.toByteArray();
    }

    private static ProtoWriter imported(String domain) {
        return new ProtoWriter().message(8, new ProtoWriter().string(1, domain).varint(2, 1));
    }

    private static GraphAuthor added() {
        return y(x(), "y").node("Add", List.of("x", "x"), List.of("y"));
    }

    private static GraphAuthor custom() {
        return y(x(), "y")
                .field(
                        1,
                        new ProtoWriter()
                                .string(1, "x")
                                .string(2, "y")
                                .string(4, "MyOp")
                                .string(7, "my.corp"));
    }

    private static GraphAuthor cast(GraphAuthor graph, String result, ElementType type) {
        return graph.node("Cast", List.of("x"), List.of(result), attribute("to", type.ordinal()));
    }

    private static GraphAuthor shift(GraphAuthor graph, String of) {
        return graph.output("j", ElementType.UINT16, "n")
                .node("BitShift", List.of(of, of), List.of("j"), attribute("direction", "LEFT"));
    }

    /** Neither zeros nor ones lie between the bounds. */
    private static GraphAuthor trap() {
        return graph().input("x", ElementType.FLOAT, 6)
                .output("i", ElementType.INT64, 1, "n")
                .floats("low", new float[] {.2f})
                .floats("high", new float[] {.8f})
                .node("Greater", List.of("x", "low"), List.of("a"))
                .node("Less", List.of("x", "high"), List.of("b"))
                .node("And", List.of("a", "b"), List.of("m"))
                .node("NonZero", List.of("m"), List.of("i"));
    }

    private static GraphAuthor boxes() {
        return graph().input("b", ElementType.FLOAT, 1, 6, 4)
                .input("s", ElementType.FLOAT, 1, 1, 6)
                .output("y", ElementType.INT64, "n", 3)
                .longs("most", new long[] {3}, 1)
                .node("NonMaxSuppression", List.of("b", "s", "most"), List.of("y"));
    }

    private static GraphAuthor grows() {
        return graph().input("x", ElementType.FLOAT, 1)
                .output("y", ElementType.INT64, 1, "n")
                .longs("large", new long[] {1L << 32}, 1)
                .node("Expand", List.of("x", "large"), List.of("e"))
                .node("NonZero", List.of("e"), List.of("y"));
    }

    private static GraphAuthor weighted(int bytes, long extent) {
        return y(x(), "y")
                .constant("w", ElementType.FLOAT, ByteBuffer.allocate(bytes), extent)
                .node("Add", List.of("x", "w"), List.of("y"));
    }

    private static GraphAuthor many() {
        GraphAuthor graph = y(neg(x(), "y"), "y");
        for (int i = 1; i < 70_000; i++) {
            graph.input("x" + i, ElementType.FLOAT);
        }
        return graph;
    }
}

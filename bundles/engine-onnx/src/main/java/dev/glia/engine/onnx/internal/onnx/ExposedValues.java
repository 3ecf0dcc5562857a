package dev.glia.engine.onnx.internal.onnx;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Makes every value that the outermost graph computes an output, so that ONNX Runtime can be asked
 * for its type: it infers all types, but writes none of them into a model.
 */
public final class ExposedValues {
    private ExposedValues() {}

    /** {@return the model with more outputs; only good for asking} */
    public static byte[] of(byte[] model, String name) {
        ProtoWriter out = new ProtoWriter();
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            if (reader.number() == Fields.MODEL_GRAPH) {
                out.message(reader.number(), graph(reader.message("graph")));
            } else {
                out.raw(reader.field());
            }
        }
        return out.toByteArray();
    }

    private static ProtoWriter graph(ProtoReader graph) {
        ProtoWriter out = new ProtoWriter();
        Set<String> computed = new LinkedHashSet<>();
        Set<String> outputs = new HashSet<>();
        while (graph.next()) {
            out.raw(graph.field());
            switch (graph.number()) {
                case Fields.GRAPH_OUTPUT ->
                        outputs.add(graph.message("output").text(Fields.VALUE_NAME));
                case Fields.GRAPH_NODE -> {
                    ProtoReader node = graph.message("node");
                    while (node.next()) {
                        if (node.number() == Fields.NODE_OUTPUT) {
                            computed.add(node.string());
                        }
                    }
                }
                default -> {}
            }
        }
        computed.removeAll(outputs);
        computed.remove(""); // an optional output that nobody wanted
        computed.forEach(
                value ->
                        out.message(
                                Fields.GRAPH_OUTPUT,
                                new ProtoWriter().string(Fields.VALUE_NAME, value)));
        return out;
    }
}

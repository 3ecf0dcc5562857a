package dev.glia.engine.onnx.internal.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts what has no order in ONNX into one: ONNX Runtime writes weights, types and properties in the
 * order of its hash tables, which it promises to nobody, and shapes of outputs only at times: it
 * infers them whenever it loads a graph.
 */
public final class CanonicalModel {
    private record Named(String name, ByteBuffer field) {}

    private CanonicalModel() {}

    /** {@return the same model with one order for the same content} */
    public static byte[] of(byte[] model, String name) {
        ProtoWriter out = new ProtoWriter();
        Map<Integer, List<Named>> unordered = new LinkedHashMap<>();
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            switch (reader.number()) {
                case Fields.MODEL_GRAPH ->
                        out.message(reader.number(), graph(reader.message("graph"), true));
                case Fields.MODEL_OPSET_IMPORT -> put(unordered, reader, Fields.OPSET_DOMAIN);
                case Fields.MODEL_METADATA -> put(unordered, reader, Fields.ENTRY_KEY);
                default -> out.raw(reader.field());
            }
        }
        write(out, unordered, Fields.MODEL_OPSET_IMPORT, Fields.MODEL_METADATA);
        return out.toByteArray();
    }

    private static Set<String> constants(ProtoReader graph) {
        Set<String> constants = new HashSet<>();
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_INITIALIZER) {
                constants.add(graph.message("initializer").text(Fields.TENSOR_NAME));
            }
        }
        return constants;
    }

    /** Nobody gives another value for a constant that is an input too; so it is none any more. */
    private static ProtoWriter graph(ProtoReader graph, boolean outermost) {
        Set<String> constants = outermost ? constants(graph.again()) : Set.of();
        ProtoWriter out = new ProtoWriter();
        Map<Integer, List<Named>> unordered = new LinkedHashMap<>();
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> out.message(graph.number(), node(graph.message("node")));
                case Fields.GRAPH_INPUT -> {
                    if (!constants.contains(graph.message("input").text(Fields.VALUE_NAME))) {
                        out.raw(graph.field());
                    }
                }
                case Fields.GRAPH_INITIALIZER -> put(unordered, graph, Fields.TENSOR_NAME);
                case Fields.GRAPH_VALUE_INFO -> put(unordered, graph, Fields.VALUE_NAME);
                case Fields.GRAPH_OUTPUT -> {
                    if (outermost) {
                        GraphValue output = GraphValue.of(graph.message("output"));
                        out.message(graph.number(), output.unshaped());
                    } else {
                        out.raw(graph.field());
                    }
                }
                default -> out.raw(graph.field());
            }
        }
        write(out, unordered, Fields.GRAPH_VALUE_INFO, Fields.GRAPH_INITIALIZER);
        return out;
    }

    private static ProtoWriter node(ProtoReader node) {
        ProtoWriter out = new ProtoWriter();
        Map<Integer, List<Named>> unordered = new LinkedHashMap<>();
        while (node.next()) {
            if (node.number() == Fields.NODE_ATTRIBUTE) {
                ProtoWriter attribute = attribute(node.message("attribute"));
                unordered
                        .computeIfAbsent(node.number(), number -> new ArrayList<>())
                        .add(
                                new Named(
                                        node.message("attribute").text(Fields.ATTRIBUTE_NAME),
                                        ByteBuffer.wrap(
                                                new ProtoWriter()
                                                        .message(node.number(), attribute)
                                                        .toByteArray())));
            } else {
                out.raw(node.field());
            }
        }
        write(out, unordered, Fields.NODE_ATTRIBUTE);
        return out;
    }

    private static ProtoWriter attribute(ProtoReader attribute) {
        ProtoWriter out = new ProtoWriter();
        while (attribute.next()) {
            switch (attribute.number()) {
                case Fields.ATTRIBUTE_GRAPH, Fields.ATTRIBUTE_GRAPHS ->
                        out.message(attribute.number(), graph(attribute.message("graph"), false));
                default -> out.raw(attribute.field());
            }
        }
        return out;
    }

    private static void put(Map<Integer, List<Named>> unordered, ProtoReader field, int nameField) {
        unordered
                .computeIfAbsent(field.number(), number -> new ArrayList<>())
                .add(new Named(field.message("name").text(nameField), field.field()));
    }

    private static void write(
            ProtoWriter out, Map<Integer, List<Named>> unordered, int... numbers) {
        for (int number : numbers) {
            unordered.getOrDefault(number, List.of()).stream()
                    .sorted(Comparator.comparing(Named::name))
                    .forEach(named -> out.raw(named.field()));
        }
    }
}

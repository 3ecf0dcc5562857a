package dev.glia.engine.onnx.internal.onnx;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A model that ends in front of one of its nodes, and gives what that node is given, so that ONNX
 * Runtime can be asked for the types although it has no kernel for the node.
 *
 * @param model the model
 * @param inputs what the node is given
 * @param target the element type that the node chooses for its result, if it does
 * @param opset the version of the standard operators
 */
public record UpToNode(byte[] model, Set<String> inputs, Optional<ElementType> target, long opset) {

    /**
     * {@return the model that ends in front of a node, empty when there is no such node}
     *
     * @param model a model in which nodes have names
     * @param name its name, for messages
     * @param node the name of the node
     */
    public static Optional<UpToNode> of(byte[] model, String name, String node) {
        ProtoWriter out = new ProtoWriter();
        Optional<UpToNode> found = Optional.empty();
        long opset = 0;
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            switch (reader.number()) {
                case Fields.MODEL_GRAPH -> {
                    ProtoWriter graph = new ProtoWriter();
                    found = graph(reader.message("graph"), node, graph);
                    out.message(reader.number(), graph);
                }
                case Fields.MODEL_OPSET_IMPORT -> {
                    opset = Math.max(opset, standard(reader.message("opset_import")));
                    out.raw(reader.field());
                }
                default -> out.raw(reader.field());
            }
        }
        long version = opset;
        return found.map(at -> new UpToNode(out.toByteArray(), at.inputs, at.target, version));
    }

    private static long standard(ProtoReader opset) {
        String domain = "";
        long version = 0;
        while (opset.next()) {
            switch (opset.number()) {
                case Fields.OPSET_DOMAIN -> domain = opset.string();
                case Fields.OPSET_VERSION -> version = opset.varintValue();
                default -> {}
            }
        }
        return domain.isEmpty() || domain.equals("ai.onnx") ? version : 0;
    }

    private static Optional<UpToNode> graph(ProtoReader graph, String node, ProtoWriter out) {
        Optional<UpToNode> found = Optional.empty();
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> {
                    found = found.or(() -> node(graph.message("node"), node));
                    if (found.isEmpty()) {
                        out.raw(graph.field());
                    }
                }
                case Fields.GRAPH_OUTPUT -> {}
                default -> out.raw(graph.field());
            }
        }
        found.ifPresent(
                at ->
                        at.inputs.forEach(
                                input ->
                                        out.message(
                                                Fields.GRAPH_OUTPUT,
                                                new ProtoWriter()
                                                        .string(Fields.VALUE_NAME, input))));
        return found;
    }

    private static Optional<UpToNode> node(ProtoReader node, String wanted) {
        String name = "";
        Set<String> inputs = new LinkedHashSet<>();
        Optional<ElementType> target = Optional.empty();
        while (node.next()) {
            switch (node.number()) {
                case Fields.NODE_NAME -> name = node.string();
                case Fields.NODE_INPUT -> inputs.add(node.string());
                case Fields.NODE_ATTRIBUTE ->
                        target = target.or(() -> target(node.message("attribute")));
                default -> {}
            }
        }
        inputs.remove(""); // an optional one that is not given
        return name.equals(wanted)
                ? Optional.of(new UpToNode(new byte[0], inputs, target, 0))
                : Optional.empty();
    }

    private static Optional<ElementType> target(ProtoReader attribute) {
        String name = "";
        long number = 0;
        while (attribute.next()) {
            switch (attribute.number()) {
                case Fields.ATTRIBUTE_NAME -> name = attribute.string();
                case Fields.ATTRIBUTE_INT -> number = attribute.varintValue();
                default -> {}
            }
        }
        return name.equals("to") ? Optional.of(ElementType.of(number)) : Optional.empty();
    }
}

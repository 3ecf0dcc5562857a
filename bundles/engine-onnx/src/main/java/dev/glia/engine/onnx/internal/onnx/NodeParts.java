package dev.glia.engine.onnx.internal.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A node of a graph or of a function, taken apart.
 *
 * @param operator what it does
 * @param domain whose operator that is
 * @param overload which one of a name
 * @param inputs the names of what it takes, empty where an optional one is left out
 * @param outputs the names of what it gives, empty likewise
 * @param attributes its attributes
 * @param rest its other fields
 */
record NodeParts(
        String operator,
        String domain,
        String overload,
        List<String> inputs,
        List<String> outputs,
        List<Attribute> attributes,
        List<ByteBuffer> rest) {

    /** An attribute: its name, and its message, in which it may have another one. */
    record Attribute(String name, ProtoReader message) {
        /** The type of an attribute that is a dense tensor. */
        private static final long TENSOR = 4;

        /** {@return the integer that it is} */
        long number() {
            return first(Fields.ATTRIBUTE_INT).map(ProtoReader::varintValue).orElse(0L);
        }

        /** {@return the text that it is, empty when it is something else} */
        String text() {
            return message.again().text(Fields.ATTRIBUTE_STRING);
        }

        /** {@return the dense tensor that it is} */
        Optional<ProtoReader> tensor() {
            return first(Fields.ATTRIBUTE_TENSOR).map(tensor -> tensor.message("tensor"));
        }

        /** {@return the dense tensor, if it can be nothing else: ONNX Runtime goes by the type} */
        Optional<ProtoReader> constant() {
            long type = first(Fields.ATTRIBUTE_TYPE).map(ProtoReader::varintValue).orElse(0L);
            return type == TENSOR && reference().isEmpty() ? tensor() : Optional.empty();
        }

        /** {@return the element type of the tensor that it is, 0 when it is something else} */
        long tensorType() {
            return tensor().or(
                            () ->
                                    first(Fields.ATTRIBUTE_SPARSE_TENSOR)
                                            .map(sparse -> sparse.message("sparse_tensor"))
                                            .flatMap(sparse -> sparse.find(Fields.SPARSE_VALUES))
                                            .map(values -> values.message("values")))
                    .flatMap(tensor -> tensor.find(Fields.TENSOR_DATA_TYPE))
                    .map(ProtoReader::varintValue)
                    .orElse(0L);
        }

        /** {@return the name of the attribute of the function that stands here, if one does} */
        String reference() {
            return message.again().text(Fields.ATTRIBUTE_REFERENCE);
        }

        /** {@return the graphs that it is} */
        List<ProtoReader> graphs() {
            List<ProtoReader> graphs = new ArrayList<>();
            ProtoReader reader = message.again();
            while (reader.next()) {
                if (reader.number() == Fields.ATTRIBUTE_GRAPH
                        || reader.number() == Fields.ATTRIBUTE_GRAPHS) {
                    graphs.add(reader.message("graph"));
                }
            }
            return graphs;
        }

        /** {@return it as it is, with its name} */
        ProtoWriter written() {
            return new ProtoWriter()
                    .fields(message.again(), Fields.ATTRIBUTE_NAME)
                    .string(Fields.ATTRIBUTE_NAME, name);
        }

        private Optional<ProtoReader> first(int field) {
            return message.again().find(field);
        }
    }

    static NodeParts of(ProtoReader node) {
        String operator = "";
        String domain = "";
        String overload = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        List<Attribute> attributes = new ArrayList<>();
        List<ByteBuffer> rest = new ArrayList<>();
        while (node.next()) {
            switch (node.number()) {
                case Fields.NODE_INPUT -> inputs.add(node.string());
                case Fields.NODE_OUTPUT -> outputs.add(node.string());
                case Fields.NODE_OP_TYPE -> operator = node.string();
                case Fields.NODE_DOMAIN -> domain = node.string();
                case Fields.NODE_OVERLOAD -> overload = node.string();
                case Fields.NODE_ATTRIBUTE -> {
                    ProtoReader message = node.message("attribute");
                    attributes.add(
                            new Attribute(message.again().text(Fields.ATTRIBUTE_NAME), message));
                }
                default -> rest.add(node.field());
            }
        }
        return new NodeParts(operator, domain(domain), overload, inputs, outputs, attributes, rest);
    }

    /** {@return a domain under its one name: that of ONNX itself has two} */
    static String domain(String name) {
        return name.equals("ai.onnx") ? "" : name;
    }

    /** {@return the nodes, each behind those it needs, if none needs itself} */
    static List<NodeParts> sorted(List<NodeParts> nodes) {
        Map<String, Integer> givers = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).outputs()) {
                givers.put(output, i);
            }
        }
        givers.remove("");
        Set<Integer> sorted = new LinkedHashSet<>();
        Set<Integer> open = new HashSet<>();
        Deque<Integer> path = new ArrayDeque<>();
        for (int i = 0; i < nodes.size(); i++) {
            path.push(i);
            while (!path.isEmpty()) {
                int node = path.peek();
                if (!open.add(node)) {
                    sorted.add(path.pop());
                    continue;
                }
                for (String use : nodes.get(node).uses()) {
                    Integer giver = givers.get(use);
                    if (giver != null && !open.contains(giver)) {
                        path.push(giver);
                    }
                }
            }
        }
        return sorted.stream().map(nodes::get).toList();
    }

    /** {@return whether this is an operator of ONNX itself} */
    boolean isStandard() {
        return domain.isEmpty();
    }

    /** {@return whether this is that operator of ONNX itself} */
    boolean is(String name) {
        return isStandard() && operator.equals(name);
    }

    /** {@return the name of the first that it takes, empty when there is nothing} */
    String input() {
        return inputs.isEmpty() ? "" : inputs.getFirst();
    }

    /** {@return the name of the first that it gives, empty when there is nothing} */
    String output() {
        return outputs.isEmpty() ? "" : outputs.getFirst();
    }

    /** {@return the names of all that it takes, in its inner graphs too} */
    private Set<String> uses() {
        Set<String> uses = new LinkedHashSet<>(inputs);
        for (Attribute attribute : attributes) {
            for (ProtoReader graph : attribute.graphs()) {
                while (graph.next()) {
                    if (graph.number() == Fields.GRAPH_NODE) {
                        uses.addAll(of(graph.message("node")).uses());
                    } else if (graph.number() == Fields.GRAPH_OUTPUT) {
                        uses.add(graph.message("output").text(Fields.VALUE_NAME));
                    }
                }
            }
        }
        return uses;
    }

    /**
     * {@return the same node with what stands behind references to attributes of the function that
     * it is in}
     *
     * @param arguments the attributes that the function is called with, by name
     */
    NodeParts resolved(Map<String, Attribute> arguments) {
        List<Attribute> resolved = new ArrayList<>();
        for (Attribute attribute : attributes) {
            String reference = attribute.reference();
            if (reference.isEmpty()) {
                resolved.add(attribute);
            } else if (arguments.containsKey(reference)) {
                resolved.add(new Attribute(attribute.name(), arguments.get(reference).message()));
            }
        }
        return new NodeParts(operator, domain, overload, inputs, outputs, resolved, rest);
    }

    /** {@return the message of a node that does the same with other values} */
    ProtoWriter with(
            String name, List<String> taken, List<String> given, List<ProtoWriter> settings) {
        ProtoWriter node = new ProtoWriter();
        taken.forEach(input -> node.string(Fields.NODE_INPUT, input));
        given.forEach(output -> node.string(Fields.NODE_OUTPUT, output));
        node.string(Fields.NODE_OP_TYPE, name).string(Fields.NODE_DOMAIN, domain);
        if (!overload.isEmpty()) {
            node.string(Fields.NODE_OVERLOAD, overload);
        }
        settings.forEach(attribute -> node.message(Fields.NODE_ATTRIBUTE, attribute));
        rest.forEach(node::raw);
        return node;
    }
}

package dev.glia.engine.onnx.internal.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Puts the nodes of a graph into one order, and drops their names: ONNX Runtime adds nodes for the
 * memory layout in the order of its hash tables, and numbers them so. Nothing refers to a node by
 * its name.
 */
public final class NodeOrder {

    /** A node: what it is, what it takes, and what it gives. */
    private record Node(ProtoWriter message, Set<String> inputs, List<String> outputs) {
        private String key() {
            return outputs.stream().filter(name -> !name.isEmpty()).findFirst().orElse("");
        }
    }

    private NodeOrder() {}

    /** {@return the same model with one order of the nodes of its outermost graph} */
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
        List<Node> nodes = new ArrayList<>();
        List<ByteBuffer> rest = new ArrayList<>();
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_NODE) {
                nodes.add(node(graph.message("node")));
            } else {
                rest.add(graph.field());
            }
        }
        ProtoWriter out = new ProtoWriter();
        ordered(nodes).forEach(node -> out.message(Fields.GRAPH_NODE, node.message()));
        rest.forEach(out::raw);
        return out;
    }

    private static Node node(ProtoReader node) {
        ProtoWriter message = new ProtoWriter();
        Set<String> inputs = new HashSet<>();
        List<String> outputs = new ArrayList<>();
        while (node.next()) {
            switch (node.number()) {
                case Fields.NODE_INPUT -> inputs.add(node.string());
                case Fields.NODE_OUTPUT -> outputs.add(node.string());
                case Fields.NODE_ATTRIBUTE -> inner(node.message("attribute"), inputs);
                default -> {}
            }
            if (node.number() != Fields.NODE_NAME) {
                message.raw(node.field());
            }
        }
        return new Node(message, inputs, outputs);
    }

    /** What the graphs within a node take from outside is an input of the node too. */
    private static void inner(ProtoReader attribute, Set<String> inputs) {
        while (attribute.next()) {
            if (attribute.number() == Fields.ATTRIBUTE_GRAPH
                    || attribute.number() == Fields.ATTRIBUTE_GRAPHS) {
                ProtoReader graph = attribute.message("graph");
                while (graph.next()) {
                    if (graph.number() == Fields.GRAPH_NODE) {
                        inputs.addAll(node(graph.message("node")).inputs());
                    } else if (graph.number() == Fields.GRAPH_OUTPUT) {
                        inputs.add(graph.message("output").text(Fields.VALUE_NAME));
                    }
                }
            }
        }
    }

    /** Each node behind those it needs, and otherwise by the name of what it gives. */
    private static List<Node> ordered(List<Node> nodes) {
        Map<String, List<Node>> users = new HashMap<>();
        Map<Node, Integer> missing = new IdentityHashMap<>();
        Set<String> given = new HashSet<>();
        nodes.forEach(node -> given.addAll(node.outputs()));
        PriorityQueue<Node> ready = new PriorityQueue<>(Comparator.comparing(Node::key));
        for (Node node : nodes) {
            int count = 0;
            for (String input : node.inputs()) {
                if (!input.isEmpty() && given.contains(input)) {
                    users.computeIfAbsent(input, _ -> new ArrayList<>()).add(node);
                    count++;
                }
            }
            if (count == 0) {
                ready.add(node);
            } else {
                missing.put(node, count);
            }
        }
        List<Node> ordered = new ArrayList<>();
        while (!ready.isEmpty()) {
            Node node = ready.remove();
            ordered.add(node);
            for (String output : node.outputs()) {
                for (Node user : users.getOrDefault(output, List.of())) {
                    if (missing.merge(user, -1, Integer::sum) == 0) {
                        ready.add(user);
                    }
                }
            }
        }
        return ordered.size() == nodes.size() ? ordered : nodes;
    }
}

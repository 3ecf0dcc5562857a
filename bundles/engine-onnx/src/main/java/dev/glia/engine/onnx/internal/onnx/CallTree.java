package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Counts the nodes that a model has when each call of a function is replaced by its body, as ONNX
 * Runtime does it: a file of some kilobytes may call for more than any memory holds.
 */
final class CallTree {
    private static final long MOST_NODES = 1_000_000;
    private static final int DEEPEST = 128;

    private record Key(String domain, String name, String overload) {}

    private final Map<Key, ProtoReader> functions = new HashMap<>();
    private final Map<Key, Long> sizes = new HashMap<>();
    private final Set<Key> open = new HashSet<>();
    private final String model;

    private CallTree(String model) {
        this.model = model;
    }

    /**
     * Counts.
     *
     * @param model an ONNX model
     * @param name its name, for messages
     * @throws NrtException NRT_INVALID when there are too many, or a function calls itself
     */
    static void requireFinite(ByteBuffer model, String name) {
        CallTree tree = new CallTree(name);
        ProtoReader functions = ProtoReader.of(model, name);
        while (functions.next()) {
            if (functions.number() == Fields.MODEL_FUNCTIONS) {
                ProtoReader function = functions.message("function");
                Key key =
                        new Key(
                                NodeParts.domain(function.again().text(Fields.FUNCTION_DOMAIN)),
                                function.again().text(Fields.FUNCTION_NAME),
                                function.again().text(Fields.FUNCTION_OVERLOAD));
                if (key.domain.isEmpty()) {
                    throw functions.damaged(
                            "a function "
                                    + SourceGraph.shown(key.name)
                                    + " in the domain of ONNX itself; give it another one");
                }
                tree.functions.put(key, function);
            }
        }
        if (!tree.functions.isEmpty()) {
            ProtoReader reader = ProtoReader.of(model, name);
            while (reader.next()) {
                if (reader.number() == Fields.MODEL_GRAPH) {
                    tree.nodes(reader.message("graph"), Fields.GRAPH_NODE);
                }
            }
        }
    }

    /** {@return the nodes of a graph or a function} */
    private long nodes(ProtoReader parent, int field) {
        long nodes = 0;
        while (parent.next()) {
            if (parent.number() == field) {
                nodes = bounded(nodes + node(NodeParts.of(parent.message("node"))));
            }
        }
        return nodes;
    }

    /** The graphs of a call may stand at each node of the function. */
    private long node(NodeParts node) {
        long inner = 1;
        for (NodeParts.Attribute attribute : node.attributes()) {
            inner = bounded(inner + graphs(attribute));
        }
        Key key = new Key(node.domain(), node.operator(), node.overload());
        return functions.containsKey(key) ? bounded(inner * function(key)) : inner;
    }

    private long graphs(NodeParts.Attribute attribute) {
        long nodes = 0;
        for (ProtoReader graph : attribute.graphs()) {
            nodes = bounded(nodes + nodes(graph, Fields.GRAPH_NODE));
        }
        return nodes;
    }

    private long function(Key key) {
        Long known = sizes.get(key);
        if (known != null) {
            return known;
        }
        if (!open.add(key)) {
            throw refused("its function " + SourceGraph.shown(key.name) + " calls itself");
        }
        if (open.size() > DEEPEST) {
            throw refused("its functions call each other deeper than " + DEEPEST);
        }
        ProtoReader function = functions.get(key);
        long nodes = Math.max(1, nodes(function.again(), Fields.FUNCTION_NODE));
        long defaults = 1;
        ProtoReader reader = function.again();
        while (reader.next()) {
            if (reader.number() == Fields.FUNCTION_DEFAULT) {
                defaults =
                        bounded(
                                defaults
                                        + graphs(
                                                new NodeParts.Attribute(
                                                        "", reader.message("attribute_proto"))));
            }
        }
        long size = bounded(nodes * defaults);
        open.remove(key);
        sizes.put(key, size);
        return size;
    }

    private long bounded(long nodes) {
        if (nodes > MOST_NODES) {
            throw refused(
                    "with the bodies of its functions in place of their calls, it has more than "
                            + MOST_NODES
                            + " nodes");
        }
        return nodes;
    }

    private NrtException refused(String why) {
        return new NrtException(
                NrtStatus.NRT_INVALID, model + " is too large: " + why + "; split the model");
    }
}

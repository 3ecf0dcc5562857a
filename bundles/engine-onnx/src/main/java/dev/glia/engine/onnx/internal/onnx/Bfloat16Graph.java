package dev.glia.engine.onnx.internal.onnx;

import dev.glia.engine.onnx.internal.onnx.Bfloat16Nodes.Kind;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rewrites one graph: what it takes, gives and holds. Its nodes are rewritten for it. */
final class Bfloat16Graph {

    /**
     * A rewritten graph within a node.
     *
     * @param message the graph
     * @param gives which of its outputs are of bfloat16
     */
    record Inner(ProtoWriter message, List<Boolean> gives) {}

    private final Bfloat16Names names;
    private final Bfloat16Nodes nodes;
    private final ProtoWriter out = new ProtoWriter();
    private final Set<String> inputs = new LinkedHashSet<>();
    private final List<Bfloat16Constant> dense = new ArrayList<>();

    private Bfloat16Graph(Bfloat16Names names, Bfloat16Nodes nodes) {
        this.names = names;
        this.nodes = nodes;
    }

    /**
     * {@return the outermost graph, whose inputs and outputs stay as they are}
     *
     * <p>Large constants become inputs with a value. Nobody gives another one, but somebody might:
     * so ONNX Runtime leaves them as they are, instead of storing them in float32.
     */
    static ProtoWriter outermost(
            ProtoReader graph, Bfloat16Names names, Bfloat16Functions functions) {
        Bfloat16Nodes nodes = new Bfloat16Nodes(names, functions, null, Map.of());
        return new Bfloat16Graph(names, nodes).outermost(graph);
    }

    /**
     * {@return a graph within a node, whose inputs and outputs become float32}
     *
     * @param graph the graph
     * @param given which of the values that the node is given are of bfloat16; for inputs without a
     *     type
     * @param names the names of the model
     * @param nodes those of the graph, still without any
     */
    static Inner inner(
            ProtoReader graph, List<Boolean> given, Bfloat16Names names, Bfloat16Nodes nodes) {
        return new Bfloat16Graph(names, nodes).inner(graph, given);
    }

    private ProtoWriter outermost(ProtoReader source) {
        ProtoReader graph = source.again();
        List<NodeParts> parts = new ArrayList<>();
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> {
                    NodeParts node = NodeParts.of(graph.message("node"));
                    if (!isStored(node)) {
                        parts.add(node);
                    }
                }
                case Fields.GRAPH_INPUT -> {
                    ProtoReader input = graph.message("input");
                    String name = input.again().text(Fields.VALUE_NAME);
                    inputs.add(name);
                    nodes.define(name, Bfloat16Type.isOf(input) ? Kind.NARROW : Kind.OTHER);
                    out.raw(graph.field());
                }
                default -> field(graph);
            }
        }
        inputs.forEach(nodes::widen);
        compute(parts);
        for (Bfloat16Constant constant : dense) {
            if (constant.isNarrow()
                    && constant.isLarge()
                    && !inputs.contains(constant.name())
                    && !names.isNarrow(constant.name())) {
                out.message(Fields.GRAPH_INPUT, constant.asInput());
            }
        }
        return out;
    }

    private Inner inner(ProtoReader source, List<Boolean> given) {
        ProtoReader graph = source.again();
        List<NodeParts> parts = new ArrayList<>();
        List<ProtoReader> outputs = new ArrayList<>();
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> parts.add(NodeParts.of(graph.message("node")));
                case Fields.GRAPH_INPUT -> input(graph.message("input"), given);
                case Fields.GRAPH_OUTPUT -> {
                    outputs.add(graph.message("output"));
                    declare(graph.message("output"));
                }
                default -> field(graph);
            }
        }
        compute(parts);
        List<Boolean> gives = new ArrayList<>();
        for (ProtoReader output : outputs) {
            String name = output.again().text(Fields.VALUE_NAME);
            gives.add(nodes.isNarrow(name));
            value(Fields.GRAPH_OUTPUT, output, name);
        }
        return new Inner(out, gives);
    }

    private void input(ProtoReader input, List<Boolean> given) {
        String name = input.again().text(Fields.VALUE_NAME);
        boolean isTyped = input.again().find(Fields.VALUE_TYPE).isPresent();
        boolean isGiven = inputs.size() < given.size() && given.get(inputs.size());
        nodes.take(name, isTyped ? Bfloat16Type.isOf(input) : isGiven);
        inputs.add(name);
        value(Fields.GRAPH_INPUT, input, name);
    }

    private void value(int field, ProtoReader value, String name) {
        out.message(
                field,
                nodes.isNarrow(name)
                        ? Bfloat16Type.widened(value, names.wide(name))
                        : new ProtoWriter().raw(value.content()));
    }

    /** What is the same in the outermost graph and in inner ones: it is taken over. */
    private void field(ProtoReader graph) {
        out.raw(graph.field());
        switch (graph.number()) {
            case Fields.GRAPH_INITIALIZER -> {
                dense.add(Bfloat16Constant.of(graph.message("initializer")));
                constant(dense.getLast());
            }
            case Fields.GRAPH_SPARSE_INITIALIZER ->
                    graph.message("sparse_initializer")
                            .find(Fields.SPARSE_VALUES)
                            .map(values -> Bfloat16Constant.of(values.message("values")))
                            .ifPresent(this::constant);
            case Fields.GRAPH_VALUE_INFO, Fields.GRAPH_OUTPUT -> declare(graph.message("value"));
            default -> {}
        }
    }

    private void declare(ProtoReader value) {
        nodes.declare(value.again().text(Fields.VALUE_NAME), Bfloat16Type.isOf(value));
    }

    private void constant(Bfloat16Constant constant) {
        nodes.define(constant.name(), constant.isNarrow() ? Kind.CONSTANT : Kind.OTHER);
        nodes.widen(constant.name());
    }

    /** Stores what a node gives as a constant of the graph, if that is one of bfloat16. */
    private boolean isStored(NodeParts node) {
        if (!node.is("Constant") || !Bfloat16Rule.gives(node, 0, List.of())) {
            return false;
        }
        for (NodeParts.Attribute attribute : node.attributes()) {
            ProtoReader value = attribute.message().again();
            if (value.find(Fields.ATTRIBUTE_TENSOR).isPresent()) {
                Bfloat16Constant constant =
                        Bfloat16Constant.of(value.message("tensor")).as(node.output());
                constant(constant);
                dense.add(constant);
                out.message(
                        Fields.GRAPH_INITIALIZER,
                        new ProtoWriter()
                                .fields(value.message("tensor"), Fields.TENSOR_NAME)
                                .string(Fields.TENSOR_NAME, constant.name()));
                return true;
            }
        }
        return false;
    }

    private void compute(List<NodeParts> parts) {
        nodes.compute(parts);
        nodes.written().forEach(node -> out.message(Fields.GRAPH_NODE, node));
    }
}

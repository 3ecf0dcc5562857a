package dev.glia.engine.onnx.internal.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The shapes that a graph cannot lie about: of its constants, and of the inputs of the outermost
 * graph, which are checked whenever it runs. What it claims of other values is not believed.
 */
final class KnownShapes {
    /** Their first result has the shape of their first operand. */
    private static final Set<String> KEEPING =
            Set.of("Identity", "Cast", "QuantizeLinear", "DequantizeLinear");

    private static final int LONGEST_WAY = 32;

    private final Optional<KnownShapes> around;
    private final Map<String, Optional<List<Long>>> shapes = new HashMap<>();
    private final Map<String, String> sources = new HashMap<>();

    private KnownShapes(Optional<KnownShapes> around) {
        this.around = around;
    }

    /**
     * {@return what is known in a graph}
     *
     * @param graph a reader of it
     * @param around what is known in the graph around it; empty for the outermost one
     */
    static KnownShapes ofGraph(ProtoReader graph, Optional<KnownShapes> around) {
        KnownShapes known = new KnownShapes(around);
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_INPUT -> known.input(GraphValue.of(graph.message("input")));
                case Fields.GRAPH_INITIALIZER -> {
                    ProtoReader tensor = graph.message("initializer");
                    String name = tensor.again().text(Fields.TENSOR_NAME);
                    known.define(name, Optional.of(extents(tensor)));
                }
                case Fields.GRAPH_SPARSE_INITIALIZER ->
                        graph.message("sparse_initializer")
                                .find(Fields.SPARSE_VALUES)
                                .map(sparse -> sparse.message("values").text(Fields.TENSOR_NAME))
                                .ifPresent(name -> known.define(name, Optional.empty()));
                case Fields.GRAPH_NODE -> known.results(NodeParts.of(graph.message("node")));
                default -> {}
            }
        }
        return known;
    }

    /** {@return what is known of names that stand somewhere else} */
    static KnownShapes nothing() {
        return new KnownShapes(Optional.empty());
    }

    /** {@return what is known in a function, which knows nothing of what it is given} */
    static KnownShapes ofFunction(ProtoReader function) {
        KnownShapes known = new KnownShapes(Optional.empty());
        while (function.next()) {
            switch (function.number()) {
                case Fields.FUNCTION_INPUT -> known.define(function.string(), Optional.empty());
                case Fields.FUNCTION_NODE -> known.results(NodeParts.of(function.message("node")));
                default -> {}
            }
        }
        return known;
    }

    private void input(GraphValue input) {
        define(
                input.name(),
                around.isPresent()
                        ? Optional.empty()
                        : input.dims()
                                .map(dims -> dims.stream().map(GraphValue.Dim::size).toList()));
    }

    private void results(NodeParts node) {
        boolean isNew = true;
        for (String output : node.outputs()) {
            isNew &= define(output, Optional.empty());
        }
        if (isNew && node.isStandard() && KEEPING.contains(node.operator())) {
            sources.put(node.output(), node.input());
        } else if (isNew && node.is("Constant") && node.attributes().size() == 1) {
            node.attributes()
                    .getFirst()
                    .constant()
                    .ifPresent(tensor -> shapes.put(node.output(), Optional.of(extents(tensor))));
        }
    }

    /**
     * A name that stands for two things stands for nothing that is known.
     *
     * @return whether it stood for nothing before
     */
    private boolean define(String name, Optional<List<Long>> shape) {
        Optional<List<Long>> before = shapes.putIfAbsent(name, shape);
        if (before != null && (shape.isEmpty() || !before.equals(shape))) {
            shapes.put(name, Optional.empty());
            sources.remove(name);
        }
        return before == null;
    }

    private static List<Long> extents(ProtoReader tensor) {
        List<Long> extents = new ArrayList<>();
        while (tensor.next()) {
            if (tensor.number() == Fields.TENSOR_DIMS) {
                for (long extent : tensor.varints(StrictReading.RANK)) {
                    extents.add(extent);
                }
            }
        }
        return extents;
    }

    /** {@return the shape of a value, with -1 for an extent that is open; empty when unknown} */
    Optional<List<Long>> of(String name) {
        return of(name, LONGEST_WAY);
    }

    private Optional<List<Long>> of(String name, int way) {
        if (way == 0) {
            return Optional.empty();
        }
        if (!shapes.containsKey(name)) {
            return around.flatMap(outer -> outer.of(name, way - 1));
        }
        return shapes.get(name)
                .or(
                        () ->
                                Optional.ofNullable(sources.get(name))
                                        .flatMap(source -> of(source, way - 1)));
    }
}

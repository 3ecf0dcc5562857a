package dev.glia.engine.onnx.internal.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Which inputs of a graph may decide shapes by their values. Values flow from the inputs of an
 * operator into its results, except where only their shape does; where they reach an operand that
 * is a size, a count or a list of axes, they decide a shape. Also finds operators whose results are
 * as large as the values of their data make them, whatever else is known.
 */
public final class ShapeSources {
    private static final Set<String> SHAPE_ONLY = Set.of("Shape", "Size");

    private static final Set<String> BY_DATA =
            Set.of("NonZero", "NonMaxSuppression", "Unique", "Compress");

    /** The operands that are sizes, counts or axes. */
    private static final Map<String, int[]> SIZES =
            Map.ofEntries(
                    Map.entry("Reshape", new int[] {1}),
                    Map.entry("Expand", new int[] {1}),
                    Map.entry("Tile", new int[] {1, 2}),
                    Map.entry("ConstantOfShape", new int[] {0}),
                    Map.entry("Range", new int[] {0, 1, 2}),
                    Map.entry("TopK", new int[] {1}),
                    Map.entry("OneHot", new int[] {1}),
                    Map.entry("Pad", new int[] {1, 3}),
                    Map.entry("Slice", new int[] {1, 2, 3, 4}),
                    Map.entry("Resize", new int[] {1, 2, 3}),
                    Map.entry("Upsample", new int[] {1}),
                    Map.entry("Split", new int[] {1}),
                    Map.entry("SplitToSequence", new int[] {1}),
                    Map.entry("Squeeze", new int[] {1}),
                    Map.entry("Unsqueeze", new int[] {1}),
                    Map.entry("CenterCropPad", new int[] {1}),
                    Map.entry("CropAndResize", new int[] {3}),
                    Map.entry("AffineGrid", new int[] {1}),
                    Map.entry("Col2Im", new int[] {1, 2}),
                    Map.entry("MaxUnpool", new int[] {2}),
                    Map.entry("DFT", new int[] {1, 2}),
                    Map.entry("STFT", new int[] {1, 3}),
                    Map.entry("HannWindow", new int[] {0}),
                    Map.entry("HammingWindow", new int[] {0}),
                    Map.entry("BlackmanWindow", new int[] {0}),
                    Map.entry("MelWeightMatrix", new int[] {0, 1}),
                    Map.entry("NonMaxSuppression", new int[] {2}),
                    Map.entry("Loop", new int[] {0, 1}),
                    Map.entry("If", new int[] {0}));

    private final Set<String> inputs = new TreeSet<>();
    private final Set<String> operators = new LinkedHashSet<>();

    private ShapeSources() {}

    /** {@return what decides shapes in a model whose nodes are in an order that can be executed} */
    public static ShapeSources of(byte[] model, String name) {
        ShapeSources sources = new ShapeSources();
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            if (reader.number() == Fields.MODEL_GRAPH) {
                Map<String, Set<String>> carried = new HashMap<>();
                ProtoReader graph = reader.message("graph");
                while (graph.next()) {
                    if (graph.number() == Fields.GRAPH_INPUT) {
                        String input = name(graph, "input");
                        carried.put(input, Set.of(input));
                    }
                }
                sources.nodes(reader.message("graph"), carried);
            }
        }
        return sources;
    }

    /** {@return the inputs, by name} */
    public Set<String> inputs() {
        return inputs;
    }

    /** {@return the operators whose results are as large as their data makes them} */
    public Set<String> operators() {
        return operators;
    }

    /** {@return whether values may decide a shape at all} */
    public boolean any() {
        return !inputs.isEmpty() || !operators.isEmpty();
    }

    private void nodes(ProtoReader graph, Map<String, Set<String>> carried) {
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_NODE) {
                node(graph, carried);
            }
        }
    }

    private void node(ProtoReader graph, Map<String, Set<String>> carried) {
        String operator = "";
        String name = "";
        List<Set<String>> in = new ArrayList<>();
        List<String> results = new ArrayList<>();
        Set<String> all = new HashSet<>();
        ProtoReader node = graph.message("node");
        while (node.next()) {
            switch (node.number()) {
                case Fields.NODE_OP_TYPE -> operator = node.string();
                case Fields.NODE_NAME -> name = node.string();
                case Fields.NODE_OUTPUT -> results.add(node.string());
                case Fields.NODE_INPUT -> {
                    in.add(carried.getOrDefault(node.string(), Set.of()));
                    all.addAll(in.getLast());
                }
                default -> {}
            }
        }
        bodies(graph.message("node"), carried, all);
        int[] sizes =
                operator.startsWith("Reduce")
                        ? new int[] {1}
                        : SIZES.getOrDefault(operator, new int[0]);
        IntStream.of(sizes).filter(i -> i < in.size()).forEach(i -> inputs.addAll(in.get(i)));
        if (BY_DATA.contains(operator) && !all.isEmpty()) {
            operators.add(name.isEmpty() ? operator : operator + " " + name);
        }
        Set<String> carries = SHAPE_ONLY.contains(operator) ? Set.of() : all;
        results.forEach(result -> carried.put(result, carries));
    }

    /** The bodies of a node see what it is given, and what is around it. */
    private void bodies(ProtoReader node, Map<String, Set<String>> around, Set<String> all) {
        while (node.next()) {
            if (node.number() != Fields.NODE_ATTRIBUTE) {
                continue;
            }
            ProtoReader attribute = node.message("attribute");
            while (attribute.next()) {
                if (attribute.number() == Fields.ATTRIBUTE_GRAPH) {
                    Map<String, Set<String>> within = new HashMap<>(around);
                    List<String> results = new ArrayList<>();
                    ProtoReader body = attribute.message("graph");
                    while (body.next()) {
                        switch (body.number()) {
                            case Fields.GRAPH_INPUT ->
                                    within.put(name(body, "input"), Set.copyOf(all));
                            case Fields.GRAPH_OUTPUT -> results.add(name(body, "output"));
                            default -> {}
                        }
                    }
                    nodes(attribute.message("graph"), within);
                    results.forEach(result -> all.addAll(within.getOrDefault(result, Set.of())));
                }
            }
        }
    }

    private static String name(ProtoReader graph, String what) {
        return graph.message(what).text(Fields.VALUE_NAME);
    }
}

package dev.glia.engine.onnx.internal.onnx;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names in a model: in which form each value is asked for somewhere, and names for the forms
 * that the model itself does not have. A name stands for all values that have it.
 */
final class Bfloat16Names {
    private static final Pattern OURS = Pattern.compile(":(\\d*)(?:float32|exact|apart)");

    private final Set<String> all = new HashSet<>();
    private final Set<String> computedWith = new HashSet<>();
    private final Set<String> converted = new HashSet<>();
    private final Set<String> asTheyAre = new HashSet<>();
    private final String mark;
    private String found = "";

    /** Reads the whole model. */
    Bfloat16Names(ProtoReader model) {
        while (model.next()) {
            switch (model.number()) {
                case Fields.MODEL_GRAPH -> graph(model.message("graph"), true);
                case Fields.MODEL_FUNCTIONS -> function(model.message("function"));
                default -> {}
            }
        }
        mark = ":" + freeNumber();
    }

    /** The first of nothing, 2, 3, ... with which no name of the model is like one of ours. */
    private String freeNumber() {
        Set<String> taken = new HashSet<>();
        all.forEach(
                name -> OURS.matcher(name).results().forEach(match -> taken.add(match.group(1))));
        String number = "";
        for (int next = 2; taken.contains(number); next++) {
            number = String.valueOf(next);
        }
        return number;
    }

    /** {@return the first that is of bfloat16, empty when nothing is} */
    Optional<String> found() {
        return Optional.of(found).filter(name -> !name.isEmpty());
    }

    /** {@return the name of a value in float32} */
    String wide(String value) {
        return value + mark + "float32";
    }

    /** {@return the name of a result before it is rounded} */
    String exact(String value) {
        return value + mark + "exact";
    }

    /** {@return the name of what is converted to a value} */
    String apart(String value) {
        return value + mark + "apart";
    }

    /** {@return whether a value is needed in float32} */
    boolean isWide(String value, boolean constant) {
        return computedWith.contains(value) || !constant && converted.contains(value);
    }

    /** {@return whether a value is needed in bfloat16} */
    boolean isNarrow(String value) {
        return asTheyAre.contains(value);
    }

    private void graph(ProtoReader graph, boolean outermost) {
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> node(NodeParts.of(graph.message("node")));
                case Fields.GRAPH_INPUT -> value("input ", graph.message("input"));
                case Fields.GRAPH_VALUE_INFO -> value("tensor ", graph.message("value_info"));
                case Fields.GRAPH_OUTPUT -> {
                    String name = value("output ", graph.message("output"));
                    (outermost ? asTheyAre : computedWith).add(name);
                }
                case Fields.GRAPH_INITIALIZER -> constant(graph.message("initializer"));
                case Fields.GRAPH_SPARSE_INITIALIZER ->
                        graph.message("sparse_initializer")
                                .find(Fields.SPARSE_VALUES)
                                .ifPresent(values -> constant(values.message("values")));
                default -> {}
            }
        }
    }

    private void function(ProtoReader function) {
        while (function.next()) {
            switch (function.number()) {
                case Fields.FUNCTION_NODE -> node(NodeParts.of(function.message("node")));
                case Fields.FUNCTION_INPUT -> all.add(function.string());
                case Fields.FUNCTION_OUTPUT -> computedWith.add(function.string());
                case Fields.FUNCTION_VALUE_INFO -> value("tensor ", function.message("value_info"));
                default -> {}
            }
        }
        all.addAll(computedWith);
    }

    private void node(NodeParts node) {
        all.addAll(node.inputs());
        all.addAll(node.outputs());
        (Bfloat16Rule.staysAsItIs(node) ? asTheyAre : node.is("Cast") ? converted : computedWith)
                .addAll(node.inputs());
        for (NodeParts.Attribute attribute : node.attributes()) {
            boolean isNarrow =
                    attribute.tensorType() == Bfloat16Type.NUMBER
                            || Bfloat16Rule.choosesType(attribute.name())
                                    && attribute.number() == Bfloat16Type.NUMBER;
            if (isNarrow) {
                find(
                        "operator "
                                + node.operator()
                                + ", output "
                                + String.join(", ", node.outputs()));
            }
            attribute.graphs().forEach(graph -> graph(graph, false));
        }
    }

    private void constant(ProtoReader tensor) {
        Bfloat16Constant constant = Bfloat16Constant.of(tensor);
        all.add(constant.name());
        if (constant.isNarrow()) {
            find("constant " + constant.name());
        }
    }

    private String value(String what, ProtoReader value) {
        String name = value.again().text(Fields.VALUE_NAME);
        all.add(name);
        if (Bfloat16Type.isOf(value)) {
            find(what + name);
        }
        return name;
    }

    private void find(String who) {
        if (found.isEmpty()) {
            found = who;
        }
    }
}

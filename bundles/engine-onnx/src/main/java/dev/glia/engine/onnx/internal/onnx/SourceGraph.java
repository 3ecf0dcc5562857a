package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the outermost graph of an ONNX file takes and gives. What ONNX Runtime would refuse late,
 * slowly or in its own words is refused here.
 *
 * @param model the name of the file, for messages
 * @param inputs what a caller has to give
 * @param defaults inputs that have a value in the file, by name: what a caller may give, as all
 *     constants in files before version 4 of the format
 * @param outputs what it gives, each name once
 * @param nestedBranches whether it has branches within branches
 */
record SourceGraph(
        String model,
        List<GraphValue> inputs,
        Map<String, GraphValue> defaults,
        List<GraphValue> outputs,
        boolean nestedBranches) {
    /** As many as a NEFF describes; ONNX Runtime takes minutes before it would tell. */
    static final int TENSORS = 65_536;

    private static final int NAME_SHOWN = 60;

    /**
     * Looks.
     *
     * @throws NrtException NRT_INVALID when there is no graph, no output, or a name that cannot be
     *     used; NRT_UNSUPPORTED_NEFF_VERSION for an input or output that no NeuronCore takes
     */
    static SourceGraph of(byte[] source, String model) {
        List<GraphValue> inputs = new ArrayList<>();
        Map<String, GraphValue> outputs = new LinkedHashMap<>();
        Set<String> constants = new HashSet<>();
        boolean found = false;
        boolean nestedBranches = false;
        ProtoReader reader = ProtoReader.of(source, model);
        while (reader.next()) {
            if (reader.number() == Fields.MODEL_GRAPH) {
                found = true;
                nestedBranches |= NestedBranches.in(reader);
                ProtoReader graph = reader.message("graph");
                while (graph.next()) {
                    switch (graph.number()) {
                        case Fields.GRAPH_INPUT ->
                                inputs.add(GraphValue.of(graph.message("input")));
                        case Fields.GRAPH_OUTPUT -> {
                            GraphValue output = GraphValue.of(graph.message("output"));
                            outputs.putIfAbsent(output.name(), output);
                        }
                        case Fields.GRAPH_INITIALIZER ->
                                constants.add(
                                        graph.message("initializer").text(Fields.TENSOR_NAME));
                        default -> {}
                    }
                }
            }
        }
        if (!found) {
            throw invalid(model + " is no ONNX model: it holds no graph");
        }
        Map<String, GraphValue> defaults = new LinkedHashMap<>();
        inputs.stream()
                .filter(input -> constants.contains(input.name()))
                .forEach(input -> defaults.put(input.name(), input));
        inputs.removeIf(input -> defaults.containsKey(input.name()));
        return new SourceGraph(
                        model, inputs, defaults, List.copyOf(outputs.values()), nestedBranches)
                .checked();
    }

    private SourceGraph checked() {
        if (outputs.isEmpty()) {
            throw invalid(
                    model + " has no outputs, so there is nothing to compute; mark its results");
        }
        if (inputs.size() + outputs.size() > TENSORS) {
            throw invalid(
                    "%s has %s inputs and outputs; a NEFF has at most %s: join some of them"
                            .formatted(model, inputs.size() + outputs.size(), TENSORS));
        }
        Set<String> names = new HashSet<>();
        for (GraphValue input : inputs) {
            if (!names.add(input.name())) {
                throw invalid(model + " has two inputs " + shown(input.name()) + "; rename one");
            }
            check("input", input);
        }
        outputs.forEach(output -> check("output", output));
        return this;
    }

    private void check(String what, GraphValue value) {
        String name = value.name();
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw invalid(
                    "%s: an %s is called \"%s\"; accepted: a name that is not empty and has no NUL"
                            .formatted(model, what, shown(name)));
        }
        String who = model + ": " + what + " " + shown(name);
        if (what.equals("input") && value.kind().isEmpty()) {
            throw invalid(who + " has no type");
        }
        if (!value.kind().isEmpty() && !value.kind().equals(GraphValue.TENSOR)) {
            throw new NrtException(
                    NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                    "%s is %s; NeuronCores take and give dense tensors only: take the tensors out"
                                    .formatted(who, value.kind())
                            + " of it within the graph");
        }
    }

    /**
     * Refuses element types that no NeuronCore has, which ONNX Runtime may have no operator for.
     *
     * @param fixed inputs that become constants, which may be of any type
     */
    void requireTypes(Set<String> fixed) {
        inputs.stream()
                .filter(input -> !fixed.contains(input.name()))
                .forEach(input -> requireType("input", input));
        outputs.stream()
                .filter(output -> output.elementType() != 0)
                .forEach(output -> requireType("output", output));
    }

    private void requireType(String what, GraphValue value) {
        ElementType type = value.element();
        if (type.dtype().isEmpty()) {
            throw new NrtException(
                    NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                    "%s: %s %s has the element type %s, which no NeuronCore has; convert it in the graph"
                            .formatted(
                                    model,
                                    what,
                                    shown(value.name()),
                                    type == ElementType.UNDEFINED
                                            ? "number " + value.elementType()
                                            : type.label()));
        }
    }

    /**
     * {@return an input that there is or could be}
     *
     * @throws NrtException NRT_INVALID when there is none
     */
    GraphValue input(String name) {
        List<GraphValue> all = new ArrayList<>(inputs);
        all.addAll(defaults.values());
        for (GraphValue input : all) {
            if (input.name().equals(name)) {
                return input;
            }
        }
        String names = all.stream().map(GraphValue::name).collect(Collectors.joining(", "));
        throw invalid(
                "%s has no input %s; it has %s"
                        .formatted(model, name, names.isEmpty() ? "none" : names));
    }

    static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints()
                .limit(NAME_SHOWN)
                .forEach(
                        c -> {
                            if (Character.isISOControl(c)) {
                                shown.append("\\u%04x".formatted(c));
                            } else {
                                shown.appendCodePoint(c);
                            }
                        });
        return name.codePointCount(0, name.length()) > NAME_SHOWN
                ? shown + "..."
                : shown.toString();
    }

    private static NrtException invalid(String message) {
        return new NrtException(NrtStatus.NRT_INVALID, message);
    }
}

package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The element types that a graph computes with, each with the first tensor or operator that has it.
 * INT64 in constants, in the results of Shape and Size, and in the counters of loops is how ONNX
 * writes extents; nothing computes with it.
 */
public final class ElementTypes {
    private static final Set<String> EXTENTS = Set.of("Shape", "Size", "Constant");
    private static final Set<String> CHOICES = Set.of("to", "dtype", "output_dtype");

    private final Map<DType, String> found = new EnumMap<>(DType.class);

    private ElementTypes() {}

    /**
     * {@return the element types, in the order of their numbers}
     *
     * @param model an ONNX model
     * @param name its name, for messages
     * @param inferred the numbers of the element types of the values in the outermost graph, by
     *     name
     * @throws NrtException NRT_UNSUPPORTED_NEFF_VERSION naming what has an element type that no
     *     NeuronCore has
     */
    public static Map<DType, String> of(byte[] model, String name, Map<String, Long> inferred) {
        ElementTypes types = new ElementTypes();
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            if (reader.number() == Fields.MODEL_GRAPH) {
                types.graph(reader.message("graph"), inferred, true);
            }
        }
        return types.found;
    }

    private void graph(ProtoReader graph, Map<String, Long> inferred, boolean outermost) {
        Map<String, String> producers = new HashMap<>();
        Map<String, Long> valueTypes = new LinkedHashMap<>();
        Set<String> extents = new HashSet<>();
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE ->
                        node(graph.message("node"), producers, valueTypes, extents);
                case Fields.GRAPH_INITIALIZER -> constant(graph.message("initializer"));
                case Fields.GRAPH_INPUT -> {
                    String name = value(graph.message("input"), valueTypes);
                    producers.put(name, "input " + name);
                    if (!outermost) {
                        extents.add(name);
                    }
                }
                case Fields.GRAPH_OUTPUT, Fields.GRAPH_VALUE_INFO ->
                        value(graph.message("value"), valueTypes);
                default -> {}
            }
        }
        valueTypes.putAll(inferred);
        valueTypes.forEach(
                (value, number) -> {
                    ElementType type = ElementType.of(number);
                    if (type != ElementType.INT64 || !extents.contains(value)) {
                        add(number, producers.getOrDefault(value, "tensor " + value));
                    }
                });
    }

    private void node(
            ProtoReader node,
            Map<String, String> producers,
            Map<String, Long> valueTypes,
            Set<String> extents) {
        String operator = "";
        String nodeName = "";
        long chosen = 0;
        List<String> outputs = new ArrayList<>();
        while (node.next()) {
            switch (node.number()) {
                case Fields.NODE_OP_TYPE -> operator = node.string();
                case Fields.NODE_NAME -> nodeName = node.string();
                case Fields.NODE_OUTPUT -> outputs.add(node.string());
                case Fields.NODE_ATTRIBUTE ->
                        chosen = Math.max(chosen, attribute(node.message("attribute")));
                default -> {}
            }
        }
        String who = "operator " + operator + (nodeName.isEmpty() ? "" : " " + nodeName);
        for (String output : outputs) {
            producers.put(output, who + ", output " + output);
            if (chosen != 0) {
                valueTypes.putIfAbsent(output, chosen);
            }
            if (EXTENTS.contains(operator)) {
                extents.add(output);
            }
        }
    }

    /**
     * {@return the element type that this attribute chooses for the result, 0 when it is about
     * something else}
     */
    private long attribute(ProtoReader attribute) {
        String name = "";
        long number = 0;
        while (attribute.next()) {
            switch (attribute.number()) {
                case Fields.ATTRIBUTE_GRAPH, Fields.ATTRIBUTE_GRAPHS ->
                        graph(attribute.message("graph"), Map.of(), false);
                case Fields.ATTRIBUTE_TENSOR, Fields.ATTRIBUTE_TENSORS ->
                        constant(attribute.message("tensor"));
                case Fields.ATTRIBUTE_NAME -> name = attribute.string();
                case Fields.ATTRIBUTE_INT -> number = attribute.varintValue();
                default -> {}
            }
        }
        return CHOICES.contains(name) ? number : 0;
    }

    private void constant(ProtoReader tensor) {
        String name = "";
        long type = 0;
        while (tensor.next()) {
            switch (tensor.number()) {
                case Fields.TENSOR_DATA_TYPE -> type = tensor.varintValue();
                case Fields.TENSOR_NAME -> name = tensor.string();
                default -> {}
            }
        }
        if (ElementType.of(type) != ElementType.INT64) {
            add(type, "constant " + name);
        }
    }

    /** Notes the type of a value, if it is a tensor; {@return its name} */
    private static String value(ProtoReader value, Map<String, Long> types) {
        String name = "";
        Long element = null;
        while (value.next()) {
            switch (value.number()) {
                case Fields.VALUE_NAME -> name = value.string();
                case Fields.VALUE_TYPE -> element = elementType(value.message("type"));
                default -> {}
            }
        }
        if (element != null) {
            types.putIfAbsent(name, element);
        }
        return name;
    }

    private static Long elementType(ProtoReader type) {
        while (type.next()) {
            if (type.number() == Fields.TYPE_TENSOR) {
                ProtoReader tensor = type.message("tensor_type");
                while (tensor.next()) {
                    if (tensor.number() == Fields.TENSOR_TYPE_ELEMENT) {
                        return tensor.varintValue();
                    }
                }
            }
        }
        return null;
    }

    private void add(long number, String who) {
        ElementType type = ElementType.of(number);
        found.putIfAbsent(
                type.dtype()
                        .orElseThrow(
                                () ->
                                        new NrtException(
                                                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                                                who
                                                        + " has the element type "
                                                        + (type == ElementType.UNDEFINED
                                                                ? "number " + number
                                                                : type.label())
                                                        + ", which no NeuronCore has; convert it, for example to float32")),
                who);
    }
}

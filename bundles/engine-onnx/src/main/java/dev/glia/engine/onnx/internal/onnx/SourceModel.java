package dev.glia.engine.onnx.internal.onnx;

import dev.glia.device.GraphCompiler;
import dev.glia.runtime.NrtException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Makes an ONNX file complete: every dimension of its inputs known, every weight within, every
 * operator with a name that messages can tell. The shapes of outputs are left out, so that ONNX
 * Runtime tells what it finds and not what the file claims. What needs no change is taken over byte
 * by byte, known to Glia or not.
 */
public final class SourceModel {
    private static final int EXTERNAL = 1;

    /** The first version of the file format whose constants need not be listed as inputs. */
    private static final int FREE_CONSTANTS = 4;

    private final ExternalData external;

    /** What inputs become; one that is not here is none any more. */
    private final Map<String, ProtoWriter> inputs = new LinkedHashMap<>();

    /** Inputs that become constants, and constants that become inputs. */
    private final Map<String, Optional<ProtoWriter>> constants = new LinkedHashMap<>();

    private final Set<String> outputs = new HashSet<>();

    private SourceModel(ExternalData external) {
        this.external = external;
    }

    /**
     * A complete model.
     *
     * @param model the ONNX model
     * @param inputs the shapes of its inputs, by name
     * @param declared what the file claims of the shapes of outputs, by name; only whole ones
     * @param notes what was decided because neither file nor caller did, a sentence each
     */
    public record Complete(
            byte[] model,
            Map<String, List<Long>> inputs,
            Map<String, List<Long>> declared,
            List<String> notes) {}

    /**
     * {@return the complete model}
     *
     * @param source the ONNX file
     * @param name its name, for messages
     * @param wanted what the caller says of its inputs
     * @param external where weights beside the file come from
     * @throws NrtException NRT_INVALID when the file is damaged, has no graph, leaves a shape open
     *     that the caller does not give, or contradicts the caller; NRT_UNSUPPORTED_NEFF_VERSION
     *     for inputs and outputs that no NeuronCore takes
     */
    public static Complete complete(
            byte[] source, String name, GraphCompiler.Source wanted, ExternalData external) {
        SourceGraph graph = SourceGraph.of(source, name);
        graph.requireTypes(wanted.fixes().keySet());
        List<GraphValue> open = new ArrayList<>(graph.inputs());
        wanted.shapes().keySet().stream()
                .filter(input -> !wanted.fixes().containsKey(input))
                .filter(graph.defaults()::containsKey)
                .forEach(input -> open.add(graph.defaults().get(input)));
        List<GraphValue> fixed = wanted.fixes().keySet().stream().map(graph::input).toList();
        open.removeAll(fixed);
        wanted.shapes().keySet().forEach(graph::input);
        InputShapes shapes = InputShapes.of(graph, wanted, open, fixed);

        SourceModel model = new SourceModel(external);
        Map<String, List<Long>> inputs = new LinkedHashMap<>();
        for (GraphValue input : open) {
            List<Long> shape = shapes.of(input).orElseThrow();
            inputs.put(input.name(), shape);
            List<Long> told = graph.nestedBranches() ? input.known(shape.size()) : shape;
            model.inputs.put(input.name(), tensorType(input, told));
        }
        graph.defaults().keySet().stream()
                .filter(model.inputs::containsKey)
                .forEach(input -> model.constants.put(input, Optional.empty()));
        for (GraphValue input : fixed) {
            FixedValue value = new FixedValue(input, wanted.fixes().get(input.name()));
            model.constants.put(input.name(), Optional.of(value.tensor(shapes.of(input))));
        }
        Map<String, List<Long>> declared = new LinkedHashMap<>();
        for (GraphValue output : graph.outputs()) {
            output.dims()
                    .map(shapes::closed)
                    .filter(shape -> !shape.contains(-1L))
                    .ifPresent(shape -> declared.put(output.name(), shape));
        }
        return new Complete(
                model.model(ProtoReader.of(source, name)).toByteArray(),
                inputs,
                declared,
                shapes.notes());
    }

    private ProtoWriter model(ProtoReader model) {
        ProtoWriter out = new ProtoWriter();
        while (model.next()) {
            switch (model.number()) {
                case Fields.MODEL_IR_VERSION ->
                        out.varint(model.number(), Math.max(FREE_CONSTANTS, model.varintValue()));
                case Fields.MODEL_GRAPH -> out.message(model.number(), graph(model, true));
                case Fields.MODEL_FUNCTIONS ->
                        out.message(
                                Fields.MODEL_FUNCTIONS,
                                nodes(model.message("function"), Fields.FUNCTION_NODE));
                default -> out.raw(model.field());
            }
        }
        return out;
    }

    private ProtoWriter graph(ProtoReader parent, boolean outermost) {
        ProtoWriter out = new ProtoWriter();
        Set<String> names = nodeNames(parent.message("graph"));
        ProtoReader graph = parent.message("graph");
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> out.message(graph.number(), node(graph, names));
                case Fields.GRAPH_INITIALIZER -> {
                    if (outermost) {
                        if (!constants.containsKey(name(graph, Fields.TENSOR_NAME))) {
                            out.raw(graph.field()); // LargeConstants looked after its data
                        }
                    } else {
                        tensor(out, graph, "initializer");
                    }
                }
                case Fields.GRAPH_SPARSE_INITIALIZER ->
                        out.message(graph.number(), sparse(graph.message("sparse_initializer")));
                case Fields.GRAPH_INPUT -> {
                    if (!outermost) {
                        out.raw(graph.field());
                    } else if (inputs.containsKey(name(graph, Fields.VALUE_NAME))) {
                        ProtoWriter type = inputs.get(name(graph, Fields.VALUE_NAME));
                        out.message(graph.number(), typed(graph.message("input"), type));
                    }
                }
                case Fields.GRAPH_OUTPUT -> {
                    if (!outermost) {
                        out.raw(graph.field());
                    } else if (outputs.add(name(graph, Fields.VALUE_NAME))) {
                        out.message(
                                graph.number(), GraphValue.of(graph.message("output")).unshaped());
                    }
                }
                default -> out.raw(graph.field());
            }
        }
        if (outermost) {
            constants.values().stream()
                    .flatMap(Optional::stream)
                    .forEach(tensor -> out.message(Fields.GRAPH_INITIALIZER, tensor));
        }
        return out;
    }

    private static String name(ProtoReader graph, int field) {
        return graph.message("name").text(field);
    }

    private static Set<String> nodeNames(ProtoReader graph) {
        Set<String> names = new HashSet<>();
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_NODE) {
                names.add(graph.message("node").text(Fields.NODE_NAME));
            }
        }
        return names;
    }

    private ProtoWriter nodes(ProtoReader function, int nodeField) {
        return rewrite(
                function,
                (number, field) -> number == nodeField ? attributes(field.message("node")) : null);
    }

    /** A node without a name gets that of its first result, if no other node has it. */
    private ProtoWriter node(ProtoReader parent, Set<String> names) {
        String name = "";
        String result = "";
        ProtoReader node = parent.message("node");
        while (node.next()) {
            switch (node.number()) {
                case Fields.NODE_NAME -> name = node.string();
                case Fields.NODE_OUTPUT -> result = result.isEmpty() ? node.string() : result;
                default -> {}
            }
        }
        ProtoWriter out = attributes(parent.message("node"));
        return name.isEmpty() && names.add(result) ? out.string(Fields.NODE_NAME, result) : out;
    }

    private ProtoWriter attributes(ProtoReader node) {
        return rewrite(
                node,
                (number, field) ->
                        number == Fields.NODE_ATTRIBUTE
                                ? attribute(field.message("attribute"))
                                : null);
    }

    private ProtoWriter attribute(ProtoReader attribute) {
        ProtoWriter out = new ProtoWriter();
        while (attribute.next()) {
            switch (attribute.number()) {
                case Fields.ATTRIBUTE_TENSOR, Fields.ATTRIBUTE_TENSORS ->
                        tensor(out, attribute, "tensor");
                case Fields.ATTRIBUTE_GRAPH, Fields.ATTRIBUTE_GRAPHS ->
                        out.message(attribute.number(), graph(attribute, false));
                case Fields.ATTRIBUTE_SPARSE_TENSOR, Fields.ATTRIBUTE_SPARSE_TENSORS ->
                        out.message(attribute.number(), sparse(attribute.message("sparse_tensor")));
                default -> out.raw(attribute.field());
            }
        }
        return out;
    }

    private ProtoWriter sparse(ProtoReader sparse) {
        ProtoWriter out = new ProtoWriter();
        while (sparse.next()) {
            switch (sparse.number()) {
                case Fields.SPARSE_VALUES, Fields.SPARSE_INDICES -> tensor(out, sparse, "values");
                default -> out.raw(sparse.field());
            }
        }
        return out;
    }

    /** Takes a tensor over; one whose data lies in another file gets it. */
    private void tensor(ProtoWriter out, ProtoReader parent, String what) {
        ProtoWriter rest = new ProtoWriter();
        Map<String, String> entries = new LinkedHashMap<>();
        TensorSize size = new TensorSize();
        long embedded = -1;
        boolean isExternal = false;
        ProtoReader tensor = parent.message(what);
        while (tensor.next()) {
            size.read(tensor);
            switch (tensor.number()) {
                case Fields.TENSOR_EXTERNAL_DATA ->
                        GraphConstant.entry(tensor.message("external_data"), entries);
                case Fields.TENSOR_DATA_LOCATION -> isExternal = tensor.varintValue() == EXTERNAL;
                case Fields.TENSOR_RAW_DATA -> {
                    embedded = tensor.bytes().remaining();
                    rest.raw(tensor.field());
                }
                default -> rest.raw(tensor.field());
            }
        }
        if (isExternal) {
            ByteBuffer data = external.read(size, entries);
            out.message(parent.number(), rest.bytes(Fields.TENSOR_RAW_DATA, data));
        } else {
            if (embedded >= 0) {
                size.require(embedded, parent.place());
            }
            out.raw(parent.field());
        }
    }

    private static ProtoWriter tensorType(GraphValue input, List<Long> shape) {
        ProtoWriter extents = new ProtoWriter();
        for (long extent : shape) {
            ProtoWriter dim = new ProtoWriter();
            extents.message(
                    Fields.SHAPE_DIM, extent < 0 ? dim : dim.varint(Fields.DIM_VALUE, extent));
        }
        return new ProtoWriter()
                .varint(Fields.TENSOR_TYPE_ELEMENT, input.elementType())
                .message(Fields.TENSOR_TYPE_SHAPE, extents);
    }

    private static ProtoWriter typed(ProtoReader input, ProtoWriter tensorType) {
        return rewrite(
                input,
                (field, value) ->
                        field != Fields.VALUE_TYPE
                                ? null
                                : rewrite(
                                        value.message("type"),
                                        (number, type) ->
                                                number == Fields.TYPE_TENSOR ? tensorType : null));
    }

    /** Takes a message over; a field for which there is a new message gets that. */
    private static ProtoWriter rewrite(
            ProtoReader message, BiFunction<Integer, ProtoReader, ProtoWriter> change) {
        ProtoWriter out = new ProtoWriter();
        while (message.next()) {
            ProtoWriter changed = change.apply(message.number(), message);
            if (changed == null) {
                out.raw(message.field());
            } else {
                out.message(message.number(), changed);
            }
        }
        return out;
    }
}

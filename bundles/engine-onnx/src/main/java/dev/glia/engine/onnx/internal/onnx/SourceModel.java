package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Makes an ONNX file complete: every dimension of its inputs known, every weight within. What needs
 * no change is taken over byte by byte, known to Glia or not.
 */
public final class SourceModel {
    private static final int EXTERNAL = 1;

    /** The first version of the file format whose constants need not be listed as inputs. */
    private static final int FREE_CONSTANTS = 4;

    private final Map<String, Long> dims;
    private final ExternalData external;
    private final TreeSet<String> symbols = new TreeSet<>();
    private final Set<String> constants = new HashSet<>();
    private boolean hasGraph;

    private SourceModel(Map<String, Long> dims, ExternalData external) {
        this.dims = dims;
        this.external = external;
    }

    /**
     * {@return the complete model}
     *
     * @param source the ONNX file
     * @param name its name, for messages
     * @param dims sizes of symbolic dimensions; those not named become 1, and so do unnamed ones
     * @param external where weights beside the file come from
     * @throws NrtException NRT_INVALID when the file is damaged, has no graph, an input of unknown
     *     rank, or no dimension of a name in {@code dims}
     */
    public static byte[] complete(
            byte[] source, String name, Map<String, Long> dims, ExternalData external) {
        dims.forEach(
                (dim, size) -> {
                    if (size < 1) {
                        throw invalid(
                                "dimension "
                                        + dim
                                        + " is to be "
                                        + size
                                        + ", but must be at least 1");
                    }
                });
        StrictReading.read(ByteBuffer.wrap(source), name, (tensor, ownConstant) -> {});
        SourceModel model = new SourceModel(dims, external);
        byte[] complete = model.model(ProtoReader.of(source, name)).toByteArray();
        if (!model.hasGraph) {
            throw invalid(name + " is no ONNX model: it holds no graph");
        }
        for (String dim : dims.keySet()) {
            if (!model.symbols.contains(dim)) {
                throw invalid(
                        name
                                + " has no open dimension "
                                + dim
                                + "; it has "
                                + (model.symbols.isEmpty()
                                        ? "none"
                                        : String.join(", ", model.symbols)));
            }
        }
        return complete;
    }

    private ProtoWriter model(ProtoReader model) {
        ProtoWriter out = new ProtoWriter();
        while (model.next()) {
            switch (model.number()) {
                case Fields.MODEL_IR_VERSION ->
                        out.varint(model.number(), Math.max(FREE_CONSTANTS, model.varintValue()));
                case Fields.MODEL_GRAPH -> {
                    hasGraph = true;
                    collectConstants(model.message("graph"));
                    out.message(Fields.MODEL_GRAPH, graph(model.message("graph"), true));
                }
                case Fields.MODEL_FUNCTIONS ->
                        out.message(
                                Fields.MODEL_FUNCTIONS,
                                nodes(model.message("function"), Fields.FUNCTION_NODE));
                default -> out.raw(model.field());
            }
        }
        return out;
    }

    /**
     * Old files list their constants as inputs too, so that a caller may override them; Glia has no
     * such callers.
     */
    private void collectConstants(ProtoReader graph) {
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_INITIALIZER) {
                constants.add(graph.message("initializer").text(Fields.TENSOR_NAME));
            }
        }
    }

    private ProtoWriter graph(ProtoReader graph, boolean outermost) {
        ProtoWriter out = new ProtoWriter();
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> out.message(graph.number(), node(graph.message("node")));
                case Fields.GRAPH_INITIALIZER -> tensor(out, graph, "initializer");
                case Fields.GRAPH_SPARSE_INITIALIZER ->
                        out.message(graph.number(), sparse(graph.message("sparse_initializer")));
                case Fields.GRAPH_INPUT -> {
                    if (!outermost) {
                        out.raw(graph.field());
                    } else if (!constants.contains(
                            graph.message("input").text(Fields.VALUE_NAME))) {
                        out.message(graph.number(), input(graph.message("input")));
                    }
                }
                default -> out.raw(graph.field());
            }
        }
        return out;
    }

    private ProtoWriter nodes(ProtoReader function, int nodeField) {
        return rewrite(
                function,
                (number, field) -> number == nodeField ? node(field.message("node")) : null);
    }

    private ProtoWriter node(ProtoReader node) {
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
                        out.message(attribute.number(), graph(attribute.message("graph"), false));
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
        String name = "";
        boolean isExternal = false;
        ProtoReader tensor = parent.message(what);
        while (tensor.next()) {
            switch (tensor.number()) {
                case Fields.TENSOR_EXTERNAL_DATA -> entry(tensor.message("external_data"), entries);
                case Fields.TENSOR_DATA_LOCATION -> isExternal = tensor.varintValue() == EXTERNAL;
                case Fields.TENSOR_NAME -> {
                    name = tensor.string();
                    rest.raw(tensor.field());
                }
                default -> rest.raw(tensor.field());
            }
        }
        if (isExternal) {
            ByteBuffer data = external.read(name, entries);
            out.message(parent.number(), rest.bytes(Fields.TENSOR_RAW_DATA, data));
        } else {
            out.raw(parent.field());
        }
    }

    private static void entry(ProtoReader entry, Map<String, String> entries) {
        String key = "";
        String value = "";
        while (entry.next()) {
            switch (entry.number()) {
                case Fields.ENTRY_KEY -> key = entry.string();
                case Fields.ENTRY_VALUE -> value = entry.string();
                default -> {}
            }
        }
        entries.put(key, value);
    }

    private ProtoWriter input(ProtoReader input) {
        ProtoWriter out = new ProtoWriter();
        String name = "";
        boolean hasShape = false;
        while (input.next()) {
            switch (input.number()) {
                case Fields.VALUE_NAME -> {
                    name = input.string();
                    out.raw(input.field());
                }
                case Fields.VALUE_TYPE -> {
                    String of = name;
                    boolean[] shape = new boolean[1];
                    out.message(
                            input.number(),
                            rewrite(
                                    input.message("type"),
                                    (number, type) -> {
                                        if (number != Fields.TYPE_TENSOR) {
                                            return null;
                                        }
                                        return rewrite(
                                                type.message("tensor_type"),
                                                (field, tensorType) -> {
                                                    if (field != Fields.TENSOR_TYPE_SHAPE) {
                                                        return null;
                                                    }
                                                    shape[0] = true;
                                                    return shape(tensorType.message("shape"));
                                                });
                                    }));
                    hasShape = shape[0];
                    if (!hasShape) {
                        throw invalid(
                                input.place()
                                        + " "
                                        + of
                                        + " is no tensor of a known rank; Glia executes tensors"
                                        + " only, and their number of dimensions must be in the file");
                    }
                }
                default -> out.raw(input.field());
            }
        }
        if (!hasShape) {
            throw invalid(input.place() + " " + name + " has no type");
        }
        return out;
    }

    private ProtoWriter shape(ProtoReader shape) {
        return rewrite(
                shape,
                (number, field) -> number == Fields.SHAPE_DIM ? dim(field.message("dim")) : null);
    }

    private ProtoWriter dim(ProtoReader dim) {
        long size = -1;
        String symbol = "";
        while (dim.next()) {
            switch (dim.number()) {
                case Fields.DIM_VALUE -> size = dim.varintValue();
                case Fields.DIM_PARAM -> symbol = dim.string();
                default -> {}
            }
        }
        if (!symbol.isEmpty()) {
            symbols.add(symbol);
            size = dims.getOrDefault(symbol, 1L);
        }
        return new ProtoWriter().varint(Fields.DIM_VALUE, size < 0 ? 1 : size);
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

    private static NrtException invalid(String message) {
        return new NrtException(NrtStatus.NRT_INVALID, message);
    }
}

package dev.glia.engine.onnx.internal.onnx;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model that has inputs in place of the constants whose data lies beside it. ONNX Runtime takes
 * constants that it does not copy only for a graph without constants of these names.
 *
 * @param model the ONNX model
 * @param added the names of the inputs that are no inputs of the model as it was
 * @param complete whether it has its constants back, because it has no other input
 */
public record ConstantInputs(byte[] model, Set<String> added, boolean complete) {

    /**
     * {@return the model with inputs in place of some of its constants} ONNX Runtime does not take
     * the last input away from a model: one without any of its own gets its constants back.
     *
     * @param model an ONNX model
     * @param constants the data of these constants
     */
    public static ConstantInputs of(ByteBuffer model, Map<StoredWeight, MemorySegment> constants) {
        Map<String, StoredWeight> missing = new LinkedHashMap<>();
        constants.keySet().forEach(constant -> missing.put(constant.name(), constant));
        boolean complete = !hasInputs(ProtoReader.of(model, "model"), missing);
        ProtoWriter out = new ProtoWriter();
        ProtoReader reader = ProtoReader.of(model, "model");
        while (reader.next()) {
            if (reader.number() == Fields.MODEL_GRAPH) {
                out.message(
                        reader.number(),
                        graph(reader.message("graph"), constants, missing, complete));
            } else {
                out.raw(reader.field());
            }
        }
        return new ConstantInputs(out.toByteArray(), missing.keySet(), complete);
    }

    /** A constant that is an input too stays that input: somebody might give another value. */
    private static boolean hasInputs(ProtoReader model, Map<String, StoredWeight> missing) {
        boolean hasInputs = false;
        while (model.next()) {
            if (model.number() == Fields.MODEL_GRAPH) {
                ProtoReader graph = model.message("graph");
                while (graph.next()) {
                    if (graph.number() == Fields.GRAPH_INPUT) {
                        String name = graph.message("input").text(Fields.VALUE_NAME);
                        hasInputs |= missing.remove(name) == null;
                    }
                }
            }
        }
        return hasInputs;
    }

    private static ProtoWriter graph(
            ProtoReader graph,
            Map<StoredWeight, MemorySegment> constants,
            Map<String, StoredWeight> missing,
            boolean complete) {
        Map<String, MemorySegment> data = new HashMap<>();
        constants.forEach((constant, bytes) -> data.put(constant.name(), bytes));
        ProtoWriter out = new ProtoWriter();
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_INITIALIZER) {
                GraphConstant constant = GraphConstant.of(graph.message("initializer"));
                MemorySegment bytes = data.get(constant.name());
                if (bytes == null) {
                    out.raw(graph.field());
                } else if (complete) {
                    out.message(graph.number(), constant.with(bytes.asByteBuffer()));
                }
            } else {
                out.raw(graph.field());
            }
        }
        if (!complete) {
            missing.values().forEach(constant -> out.message(Fields.GRAPH_INPUT, input(constant)));
        }
        return out;
    }

    private static ProtoWriter input(StoredWeight constant) {
        ProtoWriter tensor =
                new ProtoWriter()
                        .varint(Fields.TENSOR_TYPE_ELEMENT, constant.elementType())
                        .message(Fields.TENSOR_TYPE_SHAPE, shape(constant.shape()));
        return new ProtoWriter()
                .string(Fields.VALUE_NAME, constant.name())
                .message(Fields.VALUE_TYPE, new ProtoWriter().message(Fields.TYPE_TENSOR, tensor));
    }

    private static ProtoWriter shape(List<Long> extents) {
        ProtoWriter shape = new ProtoWriter();
        extents.forEach(
                extent ->
                        shape.message(
                                Fields.SHAPE_DIM,
                                new ProtoWriter().varint(Fields.DIM_VALUE, extent)));
        return shape;
    }
}

package dev.glia.engine.onnx.internal.onnx;

import java.nio.ByteBuffer;

/**
 * Makes sure that a model asks for no data beyond its own bytes. ONNX Runtime would look for such
 * data in the working folder, above it, or at an address in memory, and a NEFF may come from
 * anywhere.
 */
public final class SelfContained {
    private static final int EXTERNAL = 1;

    private SelfContained() {}

    /**
     * Checks.
     *
     * @param model the ONNX model
     * @param name its name, for messages
     * @throws dev.glia.runtime.NrtException NRT_INVALID when it is damaged or refers to data
     *     elsewhere
     */
    public static void check(ByteBuffer model, String name) {
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            switch (reader.number()) {
                case Fields.MODEL_GRAPH -> graph(reader.message("graph"));
                case Fields.MODEL_FUNCTIONS -> {
                    ProtoReader function = reader.message("function");
                    while (function.next()) {
                        if (function.number() == Fields.FUNCTION_NODE) {
                            node(function.message("node"));
                        }
                    }
                }
                default -> {}
            }
        }
    }

    private static void graph(ProtoReader graph) {
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> node(graph.message("node"));
                case Fields.GRAPH_INITIALIZER -> tensor(graph.message("initializer"));
                case Fields.GRAPH_SPARSE_INITIALIZER -> sparse(graph.message("sparse_initializer"));
                default -> {}
            }
        }
    }

    private static void node(ProtoReader node) {
        while (node.next()) {
            if (node.number() == Fields.NODE_ATTRIBUTE) {
                attribute(node.message("attribute"));
            }
        }
    }

    private static void attribute(ProtoReader attribute) {
        while (attribute.next()) {
            switch (attribute.number()) {
                case Fields.ATTRIBUTE_GRAPH, Fields.ATTRIBUTE_GRAPHS ->
                        graph(attribute.message("graph"));
                case Fields.ATTRIBUTE_TENSOR, Fields.ATTRIBUTE_TENSORS ->
                        tensor(attribute.message("tensor"));
                case Fields.ATTRIBUTE_SPARSE_TENSOR, Fields.ATTRIBUTE_SPARSE_TENSORS ->
                        sparse(attribute.message("sparse_tensor"));
                default -> {}
            }
        }
    }

    private static void sparse(ProtoReader sparse) {
        while (sparse.next()) {
            switch (sparse.number()) {
                case Fields.SPARSE_VALUES, Fields.SPARSE_INDICES ->
                        tensor(sparse.message("values"));
                default -> {}
            }
        }
    }

    private static void tensor(ProtoReader tensor) {
        while (tensor.next()) {
            if (tensor.number() == Fields.TENSOR_DATA_LOCATION
                    && tensor.varintValue() == EXTERNAL) {
                throw tensor.damaged("a tensor whose data is in another file");
            }
        }
    }
}

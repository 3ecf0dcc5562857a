package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes sure that a model asks for no data beyond its own bytes and the weights beside it, which
 * Glia hands over itself. ONNX Runtime would look for such data in the working folder, above it, or
 * at an address in memory, and a NEFF may come from anywhere.
 */
public final class SelfContained {
    private static final int EXTERNAL = 1;

    private final List<StoredWeight> weights = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private SelfContained() {}

    /**
     * Checks.
     *
     * @param model the ONNX model
     * @param name its name, for messages
     * @return the constants of the outermost graph whose data lies in the weights
     * @throws dev.glia.runtime.NrtException NRT_INVALID when it is damaged or refers to data
     *     elsewhere
     */
    public static List<StoredWeight> check(ByteBuffer model, String name) {
        SelfContained check = new SelfContained();
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            switch (reader.number()) {
                case Fields.MODEL_GRAPH -> check.outermost(reader.message("graph"));
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
        return check.weights;
    }

    private void outermost(ProtoReader graph) {
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> node(graph.message("node"));
                case Fields.GRAPH_INITIALIZER -> constant(graph.message("initializer"));
                case Fields.GRAPH_SPARSE_INITIALIZER -> sparse(graph.message("sparse_initializer"));
                default -> {}
            }
        }
    }

    /** ONNX Runtime believes what it is handed; so type, shape and size have to agree here. */
    private void constant(ProtoReader tensor) {
        GraphConstant constant = GraphConstant.of(tensor);
        if (constant.place().isEmpty()) {
            return;
        }
        Map<String, String> place = constant.place().get();
        if (!StoredWeight.MEMBER.equals(place.get("location"))) {
            throw tensor.damaged("a tensor whose data is in another file");
        }
        if (place.containsKey(StoredWeight.LAYOUT)) {
            throw new NrtException(
                    NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                    tensor.place()
                            + " "
                            + constant.name()
                            + " is laid out for one kind of CPU, as earlier versions of Glia did;"
                            + " compile the model again");
        }
        try {
            long offset = Long.parseLong(place.getOrDefault("offset", "0"));
            long length = Long.parseLong(place.getOrDefault("length", ""));
            if (offset < 0 || length <= 0 || constant.bytes() != length) {
                throw tensor.damaged(
                        "a tensor whose data in the weights has another size than its shape");
            }
            if (!names.add(constant.name())) {
                throw tensor.damaged("a second tensor of the name " + constant.name());
            }
            weights.add(
                    new StoredWeight(
                            constant.name(),
                            (int) constant.elementType(),
                            constant.shape(),
                            offset,
                            length));
        } catch (NumberFormatException | ArithmeticException noSize) {
            throw tensor.damaged("a tensor with impossible extents or places");
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

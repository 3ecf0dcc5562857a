package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes sure that a model asks for no data beyond its own bytes and the weights beside it, which
 * Glia hands over itself. ONNX Runtime would look for such data in the working folder, above it, or
 * at an address in memory, and a NEFF may come from anywhere.
 */
public final class SelfContained {
    private static final int EXTERNAL = 1;

    private final List<StoredWeight> weights = new ArrayList<>();

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

    private void constant(ProtoReader tensor) {
        String name = "";
        long type = 0;
        boolean external = false;
        List<Long> shape = new ArrayList<>();
        Map<String, String> entries = new HashMap<>();
        while (tensor.next()) {
            switch (tensor.number()) {
                case Fields.TENSOR_NAME -> name = tensor.string();
                case Fields.TENSOR_DATA_TYPE -> type = tensor.varintValue();
                case Fields.TENSOR_DIMS -> {
                    for (long extent : tensor.varints()) {
                        shape.add(extent);
                    }
                }
                case Fields.TENSOR_DATA_LOCATION -> external = tensor.varintValue() == EXTERNAL;
                case Fields.TENSOR_EXTERNAL_DATA -> entry(tensor.message("external_data"), entries);
                default -> {}
            }
        }
        if (external) {
            weights.add(weight(tensor, name, type, shape, entries));
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

    /** ONNX Runtime believes what it is handed; so type, shape and size have to agree here. */
    private static StoredWeight weight(
            ProtoReader tensor,
            String name,
            long type,
            List<Long> shape,
            Map<String, String> entries) {
        if (!StoredWeight.MEMBER.equals(entries.get("location"))) {
            throw tensor.damaged("a tensor whose data is in another file");
        }
        if (entries.containsKey(StoredWeight.LAYOUT)) {
            throw new NrtException(
                    NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                    tensor.place()
                            + " "
                            + name
                            + " is laid out for one kind of CPU, as earlier versions of Glia did;"
                            + " compile the model again");
        }
        try {
            long offset = Long.parseLong(entries.getOrDefault("offset", "0"));
            long length = Long.parseLong(entries.getOrDefault("length", ""));
            long bytes = StoredWeight.elementBytes(type);
            for (long extent : shape) {
                bytes = extent < 0 ? 0 : Math.multiplyExact(bytes, extent);
            }
            if (offset >= 0 && length > 0 && bytes == length) {
                return new StoredWeight(name, (int) type, shape, offset, length);
            }
        } catch (NumberFormatException | ArithmeticException noSize) {
            throw tensor.damaged("a tensor with impossible extents or places");
        }
        throw tensor.damaged("a tensor whose data in the weights has another size than its shape");
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

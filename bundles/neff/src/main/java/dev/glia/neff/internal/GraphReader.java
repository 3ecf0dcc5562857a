package dev.glia.neff.internal;

import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.TensorInfo;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads {@code neff.json}, which has the layout of a TVM graph: nodes, the nodes that are inputs
 * ({@code arg_nodes}), the results that are outputs ({@code heads}), and the shape and type of the
 * results of all nodes, one after the other; {@code node_row_ptr} says where those of each node
 * begin.
 */
final class GraphReader {
    static final String MEMBER = "neff.json";

    private static final int HEAD_PARTS = 3;

    private record Node(String op, String name, Map<String, String> attrs, List<String> outputs) {}

    private record Head(int node, int result) {}

    private final JsonMember json;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Integer> argNodes = new ArrayList<>();
    private final List<Head> heads = new ArrayList<>();
    private final List<List<Long>> shapes = new ArrayList<>();
    private final List<String> dtypes = new ArrayList<>();
    private final List<Integer> rows = new ArrayList<>();

    private GraphReader(JsonMember json) {
        this.json = json;
    }

    static NeffGraph read(MemorySegment bytes, Refusals refusals) {
        GraphReader[] reader = new GraphReader[1];
        JsonMember.read(
                MEMBER,
                bytes,
                refusals,
                json -> {
                    reader[0] = new GraphReader(json);
                    return reader[0]::field;
                });
        return reader[0].graph();
    }

    private boolean field(String key) throws IOException {
        switch (key) {
            case "nodes" -> json.array("nodes", Bounds.NODES, this::node);
            case "arg_nodes" ->
                    json.array(
                            "arg_nodes",
                            Bounds.NODES,
                            () -> argNodes.add(index("arg_nodes", Bounds.NODES)));
            case "heads" -> json.array("heads", Bounds.TENSORS, this::head);
            case "attrs" -> json.object("attrs", this::attribute);
            case "node_row_ptr" ->
                    json.array(
                            "node_row_ptr",
                            Bounds.NODES + 1,
                            () -> rows.add(index("node_row_ptr", Bounds.TENSORS)));
            default -> {
                return false;
            }
        }
        return true;
    }

    private int index(String what, int most) throws IOException {
        return (int) json.number(what, 0, most);
    }

    private void node() throws IOException {
        String what = "nodes[" + nodes.size() + "]";
        String[] opAndName = {"", ""};
        Map<String, String> attrs = new LinkedHashMap<>();
        List<String> outputs = new ArrayList<>();
        json.object(
                what,
                key -> {
                    switch (key) {
                        case "op" -> opAndName[0] = json.text(what + ".op", Bounds.TENSOR_NAME);
                        case "name" -> opAndName[1] = json.text(what + ".name", Bounds.TENSOR_NAME);
                        case "attrs" ->
                                json.object(
                                        what + ".attrs", attr -> nodeAttribute(what, attrs, attr));
                        case "output_names" ->
                                json.array(
                                        what + ".output_names",
                                        Bounds.TENSORS,
                                        () ->
                                                outputs.add(
                                                        json.text(
                                                                what + ".output_names",
                                                                Bounds.TENSOR_NAME)));
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
        nodes.add(new Node(opAndName[0], opAndName[1], attrs, outputs));
    }

    private boolean nodeAttribute(String what, Map<String, String> attrs, String key)
            throws IOException {
        if (key.equals("num_outputs")) {
            attrs.put(
                    key,
                    String.valueOf(json.number(what + ".attrs.num_outputs", 0, Bounds.TENSORS)));
            return true;
        }
        boolean wanted = key.equals("func_name") || key.equals("kelf") || key.equals("onnx");
        if (wanted) {
            attrs.put(key, json.text(what + ".attrs." + key, Bounds.TENSOR_NAME));
        }
        return wanted;
    }

    private void head() throws IOException {
        List<Integer> head = new ArrayList<>(HEAD_PARTS);
        String what = "heads[" + heads.size() + "]";
        json.array(what, HEAD_PARTS, () -> head.add(index(what, Bounds.TENSORS)));
        if (head.size() < 2) {
            throw json.wrong(what, head, "[node, result, version]");
        }
        heads.add(new Head(head.get(0), head.get(1)));
    }

    private boolean attribute(String key) throws IOException {
        switch (key) {
            case "shape" -> typedList("attrs.shape", "list_shape", this::shape);
            case "dltype" ->
                    typedList(
                            "attrs.dltype",
                            "list_str",
                            () -> dtypes.add(json.text("attrs.dltype", Bounds.TENSOR_NAME)));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Reads {@code ["list_of_something", [...]]}. */
    private void typedList(String what, String type, JsonMember.Value element) throws IOException {
        int[] part = {0};
        json.array(
                what,
                2,
                () -> {
                    if (part[0]++ == 0) {
                        String found = json.text(what + "[0]", Bounds.TENSOR_NAME);
                        if (!found.equals(type)) {
                            throw json.wrong(what + "[0]", found, type);
                        }
                    } else {
                        json.array(what, Bounds.TENSORS, element);
                    }
                });
    }

    private void shape() throws IOException {
        String what = "attrs.shape[" + shapes.size() + "]";
        List<Long> shape = new ArrayList<>(4);
        json.array(what, Bounds.RANK, () -> shape.add(json.number(what, 0, Long.MAX_VALUE)));
        shapes.add(shape);
    }

    private NeffGraph graph() {
        if (dtypes.size() != shapes.size()) {
            throw json.wrong(
                    "attrs.dltype",
                    dtypes.size() + " entries",
                    "as many as attrs.shape: " + shapes.size());
        }
        int[] starts = starts();
        Map<String, TensorInfo> inputs = new LinkedHashMap<>();
        for (int arg : argNodes) {
            tensor(inputs, TensorInfo.Usage.INPUT, "arg_nodes", arg, 0, starts);
        }
        Map<String, TensorInfo> outputs = new LinkedHashMap<>();
        for (Head head : heads) {
            tensor(outputs, TensorInfo.Usage.OUTPUT, "heads", head.node, head.result, starts);
        }
        return new NeffGraph(graphs(), List.copyOf(inputs.values()), List.copyOf(outputs.values()));
    }

    /** Where the results of each node begin, and behind the last one, where they end. */
    private int[] starts() {
        int[] starts = new int[nodes.size() + 1];
        if (rows.isEmpty()) {
            for (int i = 0; i < nodes.size(); i++) {
                starts[i + 1] = starts[i] + Math.max(1, nodes.get(i).outputs.size());
            }
        } else if (rows.size() != starts.length) {
            throw json.wrong(
                    "node_row_ptr",
                    rows.size() + " entries",
                    "one more than nodes: " + starts.length);
        } else {
            starts = rows.stream().mapToInt(Integer::intValue).toArray();
        }
        if (starts[0] != 0 || starts[nodes.size()] != shapes.size()) {
            throw json.wrong(
                    "node_row_ptr",
                    starts[0] + " to " + starts[nodes.size()],
                    "0 to the entries of attrs.shape: " + shapes.size());
        }
        for (int i = 0; i < nodes.size(); i++) {
            requireResults(i, starts[i + 1] - starts[i]);
        }
        return starts;
    }

    private void requireResults(int index, int results) {
        Node node = nodes.get(index);
        String declared = node.attrs.getOrDefault("num_outputs", String.valueOf(results));
        boolean named = node.outputs.isEmpty() || node.outputs.size() == results;
        if (results < 0 || !declared.equals(String.valueOf(results)) || !named) {
            throw json.wrong(
                    "nodes[" + index + "]",
                    "said to have %s results, %s names for them and %s shapes"
                            .formatted(declared, node.outputs.size(), results),
                    "the same number of each");
        }
    }

    private void tensor(
            Map<String, TensorInfo> into,
            TensorInfo.Usage usage,
            String what,
            int index,
            int result,
            int[] starts) {
        if (index >= nodes.size() || result >= starts[index + 1] - starts[index]) {
            throw json.wrong(
                    what,
                    "node " + index + ", result " + result,
                    "what one of the " + nodes.size() + " nodes gives");
        }
        Node node = nodes.get(index);
        if (usage == TensorInfo.Usage.INPUT && !node.op.equals("null")) {
            throw json.wrong("nodes[" + index + "].op", node.op, "null, as an input in arg_nodes");
        }
        String name = node.outputs.isEmpty() ? node.name : node.outputs.get(result);
        if (!isName(name)) {
            throw json.wrong(
                    "the name of a tensor in nodes[" + index + "]",
                    name,
                    "text without control characters, except tabs and ends of lines");
        }
        TensorInfo tensor = describe(name, usage, starts[index] + result);
        TensorInfo same = into.putIfAbsent(name, tensor);
        if (same != null && !same.equals(tensor)) {
            throw json.wrong(
                    "tensor " + Refusals.shown(name),
                    same.typeAndShape() + " and " + tensor.typeAndShape(),
                    "one type and shape for each name");
        }
    }

    /** Who shows a name escapes it; what a terminal or another program would obey is no name. */
    static boolean isName(String name) {
        return !name.isEmpty()
                && name.chars()
                        .allMatch(c -> !Character.isISOControl(c) || "\t\n\r".indexOf(c) >= 0);
    }

    private TensorInfo describe(String name, TensorInfo.Usage usage, int entry) {
        String label = dtypes.get(entry);
        DType dtype = DType.of(label).orElse(null);
        if (dtype == null) {
            String known =
                    Arrays.stream(DType.values())
                            .map(DType::label)
                            .collect(Collectors.joining(", "));
            throw json.wrong("attrs.dltype[" + entry + "]", label, known);
        }
        try {
            return new TensorInfo(name, usage, dtype, shapes.get(entry));
        } catch (NrtException tooLarge) {
            throw json.wrong(
                    "attrs.shape[" + entry + "]", shapes.get(entry), "less than 2^63 bytes");
        }
    }

    private List<ModelImage.Graph> graphs() {
        Set<ModelImage.Graph> graphs = new LinkedHashSet<>();
        for (Node node : nodes) {
            if (node.op.equals("tvm_op")) {
                String function = node.attrs.getOrDefault("func_name", "");
                String key = function.startsWith("__") ? function.substring(2) : function;
                graphs.add(new ModelImage.Graph(function, node.attrs.getOrDefault(key, "")));
            }
        }
        if (graphs.stream().noneMatch(graph -> !graph.member().isEmpty())) {
            throw json.wrong(
                    "nodes",
                    graphs,
                    "at least one tvm_op node with func_name __kelf or __onnx and its member");
        }
        return List.copyOf(graphs);
    }
}

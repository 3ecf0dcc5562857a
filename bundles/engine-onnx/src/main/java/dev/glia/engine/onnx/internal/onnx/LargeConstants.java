package dev.glia.engine.onnx.internal.onnx;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Takes the large constants out of the outermost graph of an ONNX file, so that all that is done
 * with the graph is done without them: they stay where they were read to, once.
 */
public final class LargeConstants {
    private final ExternalData external;
    private final Map<String, MemorySegment> constants = new HashMap<>();

    private LargeConstants(ExternalData external) {
        this.external = external;
    }

    /**
     * An ONNX file without its large constants.
     *
     * @param model the model, whose large constants lie in the weights beside it, at no place
     * @param constants their data, by name
     */
    public record Apart(byte[] model, Map<String, MemorySegment> constants) {}

    /**
     * {@return an ONNX file taken apart}
     *
     * @param file what is in the file; the constants are parts of it
     * @param name its name, for messages
     * @param external where the data of other constants comes from
     * @throws dev.glia.runtime.NrtException NRT_INVALID when the file is damaged, or data is not
     *     there
     */
    public static Apart of(MemorySegment file, String name, ExternalData external) {
        StrictReading.read(file.asByteBuffer(), name, (tensor, ownConstant) -> {});
        LargeConstants large = new LargeConstants(external);
        ProtoWriter out = new ProtoWriter();
        ProtoReader reader = ProtoReader.of(file.asByteBuffer(), name);
        while (reader.next()) {
            if (reader.number() == Fields.MODEL_GRAPH) {
                out.message(reader.number(), large.graph(reader.message("graph")));
            } else {
                out.raw(reader.field());
            }
        }
        return new Apart(out.toByteArray(), large.constants);
    }

    private ProtoWriter graph(ProtoReader graph) {
        ProtoWriter out = new ProtoWriter();
        while (graph.next()) {
            Optional<ProtoWriter> constant =
                    switch (graph.number()) {
                        case Fields.GRAPH_INITIALIZER ->
                                apart(
                                        graph,
                                        GraphConstant.of(graph.message("initializer")),
                                        TensorSize.of(graph.message("initializer")));
                        case Fields.GRAPH_NODE -> lifted(graph);
                        default -> Optional.empty();
                    };
            constant.ifPresentOrElse(
                    apart -> out.message(Fields.GRAPH_INITIALIZER, apart),
                    () -> out.raw(graph.field()));
        }
        return out;
    }

    /** {@return a constant that changes, or nothing when it stays as it is} */
    private Optional<ProtoWriter> apart(
            ProtoReader graph, GraphConstant constant, TensorSize size) {
        constant.data().ifPresent(data -> size.require(data.remaining(), graph.place()));
        Optional<ByteBuffer> data =
                constant.place().map(place -> external.read(size, place)).or(constant::data);
        if (data.isEmpty() || !isLarge(constant, data.get())) {
            return constant.place().map(_ -> constant.with(data.orElseThrow()));
        }
        MemorySegment memory = MemorySegment.ofBuffer(data.get());
        if (constants.putIfAbsent(constant.name(), memory) != null) {
            throw graph.damaged("a second constant of the name " + constant.name());
        }
        return Optional.of(constant.apart(0, memory.byteSize()));
    }

    private static boolean isLarge(GraphConstant constant, ByteBuffer data) {
        try {
            return data.remaining() >= WeightStore.LEAST && data.remaining() == constant.bytes();
        } catch (ArithmeticException impossible) {
            return false; // ONNX Runtime says what is wrong with it
        }
    }

    /** Some exporters write constants as operators, of which ONNX Runtime would make the same. */
    private Optional<ProtoWriter> lifted(ProtoReader graph) {
        if (!graph.message("node").text(Fields.NODE_OP_TYPE).equals("Constant")) {
            return Optional.empty();
        }
        String domain = "";
        String result = "";
        GraphConstant value = null;
        TensorSize size = null;
        ProtoReader node = graph.message("node");
        while (node.next()) {
            switch (node.number()) {
                case Fields.NODE_DOMAIN -> domain = node.string();
                case Fields.NODE_OUTPUT -> result = node.string();
                case Fields.NODE_ATTRIBUTE -> {
                    Optional<ProtoReader> tensor = tensor(node.message("attribute"));
                    value = tensor.map(GraphConstant::of).orElse(null);
                    size = tensor(node.message("attribute")).map(TensorSize::of).orElse(null);
                }
                default -> {}
            }
        }
        return value == null || !domain.isEmpty()
                ? Optional.empty()
                : apart(graph, value.named(result), size);
    }

    private static Optional<ProtoReader> tensor(ProtoReader attribute) {
        while (attribute.next()) {
            if (attribute.number() == Fields.ATTRIBUTE_TENSOR) {
                return Optional.of(attribute.message("tensor"));
            }
        }
        return Optional.empty();
    }
}

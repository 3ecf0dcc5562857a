package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/**
 * Makes sure that operands are what ONNX Runtime takes them to be without looking. A shape that is
 * known is compared. A shape that is known only when the graph runs is compared then: the operand
 * goes through a Reshape to the shape that it must have.
 */
public final class SafeOperands {
    private final ByteBuffer model;
    private final long opset;
    private int guards;
    private String digest = "";

    private SafeOperands(ByteBuffer model, long opset) {
        this.model = model;
        this.opset = opset;
    }

    /**
     * {@return the model with all operands guarded, empty when it is safe as it is}
     *
     * @param model an ONNX model that {@link SelfContained} found right
     * @param name its name, for messages
     * @throws NrtException NRT_INVALID when an operand has another shape than its operator takes;
     *     NRT_UNSUPPORTED_NEFF_VERSION for an operator that is not safe at all
     */
    public static Optional<byte[]> guarded(ByteBuffer model, String name) {
        long opset = standardOpset(ProtoReader.of(model, name), Fields.MODEL_OPSET_IMPORT);
        SafeOperands safe = new SafeOperands(model, opset == 0 ? Bfloat16.ANY_OPSET : opset);
        ProtoWriter out = new ProtoWriter();
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            switch (reader.number()) {
                case Fields.MODEL_GRAPH ->
                        out.message(
                                reader.number(),
                                safe.graph(reader.message("graph"), Optional.empty()));
                case Fields.MODEL_FUNCTIONS ->
                        out.message(reader.number(), safe.function(reader.message("function")));
                default -> out.raw(reader.field());
            }
        }
        if (safe.guards == 0) {
            return Optional.empty();
        }
        if (opset == 0) {
            out.message(Fields.MODEL_OPSET_IMPORT, Bfloat16Functions.standardOperators(safe.opset));
        }
        return Optional.of(out.toByteArray());
    }

    private static long standardOpset(ProtoReader imports, int field) {
        long opset = 0;
        while (imports.next()) {
            if (imports.number() == field
                    && Bfloat16Functions.isStandard(imports.message("opset_import"))) {
                opset =
                        imports.message("opset_import")
                                .find(Fields.OPSET_VERSION)
                                .map(ProtoReader::varintValue)
                                .orElse(opset);
            }
        }
        return opset;
    }

    /** What the file claims of shapes is left out: ONNX Runtime would take a guard for useless. */
    private ProtoWriter graph(ProtoReader graph, Optional<KnownShapes> around) {
        KnownShapes known = KnownShapes.ofGraph(graph.again(), around);
        ProtoWriter out = new ProtoWriter();
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE ->
                        out.message(
                                graph.number(),
                                node(
                                        graph.message("node"),
                                        known,
                                        guard -> out.message(Fields.GRAPH_NODE, guard)));
                case Fields.GRAPH_INPUT -> {
                    if (around.isEmpty()) {
                        out.raw(graph.field());
                    } else {
                        out.message(
                                graph.number(), GraphValue.of(graph.message("input")).unshaped());
                    }
                }
                case Fields.GRAPH_OUTPUT ->
                        out.message(
                                graph.number(), GraphValue.of(graph.message("output")).unshaped());
                case Fields.GRAPH_VALUE_INFO -> {}
                default -> out.raw(graph.field());
            }
        }
        return out;
    }

    private ProtoWriter function(ProtoReader function) {
        KnownShapes known = KnownShapes.ofFunction(function.again());
        ProtoWriter out = new ProtoWriter();
        if (standardOpset(function.again(), Fields.FUNCTION_OPSET_IMPORT) == 0) {
            out.message(Fields.FUNCTION_OPSET_IMPORT, Bfloat16Functions.standardOperators(opset));
        }
        while (function.next()) {
            switch (function.number()) {
                case Fields.FUNCTION_NODE ->
                        out.message(
                                function.number(),
                                node(
                                        function.message("node"),
                                        known,
                                        guard -> out.message(Fields.FUNCTION_NODE, guard)));
                case Fields.FUNCTION_VALUE_INFO -> {}
                case Fields.FUNCTION_DEFAULT ->
                        out.message(
                                function.number(),
                                attribute(
                                        function.message("attribute_proto"),
                                        KnownShapes.nothing()));
                default -> out.raw(function.field());
            }
        }
        return out;
    }

    private ProtoWriter node(ProtoReader node, KnownShapes known, Consumer<ProtoWriter> before) {
        NodeParts parts = NodeParts.of(node.again());
        if (OperandRules.isRefused(parts)) {
            throw new NrtException(
                    NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                    "%s is the operator %s of %s, which is not safe in ONNX Runtime 1.28; compute it with others"
                            .formatted(
                                    node.place(),
                                    parts.operator(),
                                    parts.isStandard() ? "ONNX" : parts.domain()));
        }
        Map<Integer, String> guarded = new HashMap<>();
        for (OperandRules.Rule rule : OperandRules.of(parts)) {
            OperandShape shape = new OperandShape(parts, rule, known, node.place());
            if (shape.isOpen()) {
                String value =
                        guarded.getOrDefault(rule.operand(), parts.inputs().get(rule.operand()));
                String result = guardName(parts, rule.operand());
                GuardAuthor.guard(value, shape.wanted(), result, before);
                guarded.put(rule.operand(), result);
                guards++;
            }
        }
        ProtoWriter out = new ProtoWriter();
        int operand = 0;
        while (node.next()) {
            switch (node.number()) {
                case Fields.NODE_INPUT ->
                        out.string(node.number(), guarded.getOrDefault(operand++, node.string()));
                case Fields.NODE_ATTRIBUTE ->
                        // The graphs of a call run in the function, among its names.
                        out.message(
                                node.number(),
                                attribute(
                                        node.message("attribute"),
                                        parts.isStandard() ? known : KnownShapes.nothing()));
                default -> out.raw(node.field());
            }
        }
        return out;
    }

    /** A graph that was guarded when it was compiled is another one when it is loaded. */
    private String guardName(NodeParts node, int operand) {
        if (guards == 0) {
            CRC32 crc = new CRC32();
            crc.update(model.duplicate());
            digest = Long.toHexString(crc.getValue());
        }
        return "operand "
                + operand
                + " of "
                + SourceGraph.shown(node.output())
                + ", guard "
                + digest
                + "."
                + guards;
    }

    private ProtoWriter attribute(ProtoReader attribute, KnownShapes known) {
        ProtoWriter out = new ProtoWriter();
        while (attribute.next()) {
            switch (attribute.number()) {
                case Fields.ATTRIBUTE_GRAPH, Fields.ATTRIBUTE_GRAPHS ->
                        out.message(
                                attribute.number(),
                                graph(attribute.message("graph"), Optional.of(known)));
                default -> out.raw(attribute.field());
            }
        }
        return out;
    }
}

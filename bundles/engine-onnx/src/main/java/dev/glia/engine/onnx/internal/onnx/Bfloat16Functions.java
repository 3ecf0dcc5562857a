package dev.glia.engine.onnx.internal.onnx;

import dev.glia.engine.onnx.internal.onnx.NodeParts.Attribute;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The functions of a model. They say nothing of types, and may be called with other types each
 * time; so each way in which one is called gets a function of its own.
 */
final class Bfloat16Functions {
    private static final int MOST_NODES = 1_000_000;
    private static final int DEEPEST = 32;

    private record Key(String domain, String name, String overload) {}

    private record Way(Key function, List<Boolean> narrow, Map<String, ByteBuffer> arguments) {}

    /**
     * How a function is called from now on.
     *
     * @param operator its new name
     * @param gives which of its outputs are of bfloat16
     */
    record Call(String operator, List<Boolean> gives) {}

    private final Bfloat16Names names;
    private final long opset;
    private final Map<Key, ProtoReader> sources = new HashMap<>();
    private final Map<Way, Call> calls = new HashMap<>();
    private final List<ProtoWriter> written = new ArrayList<>();
    private int depth;
    private int nodes;

    /**
     * Finds them.
     *
     * @param model the model
     * @param names its names
     * @param opset the version of ONNX's own operators that it has
     */
    Bfloat16Functions(ProtoReader model, Bfloat16Names names, long opset) {
        this.names = names;
        this.opset = opset;
        while (model.next()) {
            if (model.number() == Fields.MODEL_FUNCTIONS) {
                ProtoReader function = model.message("function");
                sources.put(
                        new Key(
                                NodeParts.domain(function.again().text(Fields.FUNCTION_DOMAIN)),
                                function.again().text(Fields.FUNCTION_NAME),
                                function.again().text(Fields.FUNCTION_OVERLOAD)),
                        function);
            }
        }
    }

    /** {@return whether a node is a call of a function} */
    boolean has(NodeParts node) {
        return sources.containsKey(key(node));
    }

    private static Key key(NodeParts node) {
        return new Key(node.domain(), node.operator(), node.overload());
    }

    /** {@return the rewritten functions} */
    List<ProtoWriter> written() {
        return written;
    }

    /**
     * {@return what a call becomes}
     *
     * @param node the call
     * @param narrow which of its inputs are of bfloat16
     */
    Call call(NodeParts node, List<Boolean> narrow) {
        Map<String, Attribute> arguments = new HashMap<>();
        Map<String, ByteBuffer> contents = new TreeMap<>();
        node.attributes()
                .forEach(
                        attribute -> {
                            arguments.put(attribute.name(), attribute);
                            contents.put(attribute.name(), attribute.message().content());
                        });
        Way way = new Way(key(node), narrow, contents);
        Call known = calls.get(way);
        if (known != null) {
            return known;
        }
        ProtoReader source = sources.get(way.function);
        if (depth == DEEPEST || nodes > MOST_NODES) {
            throw source.damaged(
                    "functions that call each other deeper than %s, or have more than %s nodes together,"
                            .formatted(DEEPEST, MOST_NODES));
        }
        depth++;
        Call call = rewritten(source, node.operator(), narrow, arguments);
        depth--;
        calls.put(way, call);
        return call;
    }

    private Call rewritten(
            ProtoReader source,
            String name,
            List<Boolean> narrow,
            Map<String, Attribute> arguments) {
        ProtoWriter out = new ProtoWriter();
        List<String> outputs = new ArrayList<>();
        List<NodeParts> parts = new ArrayList<>();
        Bfloat16Nodes body = new Bfloat16Nodes(names, this, null, arguments);
        ProtoReader function = source.again();
        int inputs = 0;
        boolean hasOwnOpset = false;
        while (function.next()) {
            switch (function.number()) {
                case Fields.FUNCTION_INPUT -> {
                    String input = function.string();
                    boolean isNarrow = inputs < narrow.size() && narrow.get(inputs);
                    body.take(input, isNarrow);
                    out.string(function.number(), isNarrow ? names.wide(input) : input);
                    inputs++;
                }
                case Fields.FUNCTION_OUTPUT -> outputs.add(function.string());
                case Fields.FUNCTION_DEFAULT -> {
                    ProtoReader value = function.message("attribute_proto");
                    String of = value.again().text(Fields.ATTRIBUTE_NAME);
                    arguments.putIfAbsent(of, new Attribute(of, value));
                }
                case Fields.FUNCTION_NODE -> parts.add(NodeParts.of(function.message("node")));
                case Fields.FUNCTION_OPSET_IMPORT -> {
                    hasOwnOpset |= isStandard(function.message("opset_import"));
                    out.raw(function.field());
                }
                case Fields.FUNCTION_NAME,
                        Fields.FUNCTION_ATTRIBUTE,
                        Fields.FUNCTION_VALUE_INFO -> {}
                default -> out.raw(function.field());
            }
        }
        nodes += parts.size();
        body.compute(parts);
        List<Boolean> gives = outputs.stream().map(body::isNarrow).toList();
        outputs.forEach(
                output ->
                        out.string(
                                Fields.FUNCTION_OUTPUT,
                                body.isNarrow(output) ? names.wide(output) : output));
        body.written().forEach(node -> out.message(Fields.FUNCTION_NODE, node));
        if (!hasOwnOpset) {
            out.message(Fields.FUNCTION_OPSET_IMPORT, standardOperators(opset));
        }
        String operator = names.wide(name) + written.size();
        written.add(out.string(Fields.FUNCTION_NAME, operator));
        return new Call(operator, gives);
    }

    /** {@return whether an import is that of ONNX's own operators} */
    static boolean isStandard(ProtoReader opsetImport) {
        return NodeParts.domain(opsetImport.text(Fields.OPSET_DOMAIN)).isEmpty();
    }

    /** {@return an import of ONNX's own operators} */
    static ProtoWriter standardOperators(long version) {
        return new ProtoWriter()
                .string(Fields.OPSET_DOMAIN, "")
                .varint(Fields.OPSET_VERSION, version);
    }
}

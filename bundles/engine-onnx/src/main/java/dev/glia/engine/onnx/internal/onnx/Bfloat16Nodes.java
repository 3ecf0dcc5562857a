package dev.glia.engine.onnx.internal.onnx;

import static dev.glia.engine.onnx.internal.onnx.Bfloat16Type.NUMBER;
import static dev.glia.engine.onnx.internal.onnx.Bfloat16Type.WIDE;

import dev.glia.engine.onnx.internal.onnx.NodeParts.Attribute;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rewrites the nodes of a graph or a function. A value of bfloat16 becomes two: one of the same
 * name, where it is rounded or its bits are asked for, and the same numbers in float32, with which
 * everything is computed.
 */
final class Bfloat16Nodes {
    enum Kind {
        /** Not of bfloat16. */
        OTHER,
        NARROW,
        /** Of bfloat16 too, and known before anything runs. */
        CONSTANT
    }

    private final Bfloat16Names names;
    private final Bfloat16Functions functions;
    private final Bfloat16Nodes outer;
    private final Map<String, Attribute> arguments;
    private final Map<String, Kind> values = new HashMap<>();
    private final Map<String, Boolean> declared = new HashMap<>();
    private final List<ProtoWriter> written = new ArrayList<>();

    /**
     * Begins without any.
     *
     * @param names the names of the model
     * @param functions the functions of the model
     * @param outer the nodes around these, whose values these may use, or null
     * @param arguments what the function around these is called with, by the names of its
     *     attributes
     */
    Bfloat16Nodes(
            Bfloat16Names names,
            Bfloat16Functions functions,
            Bfloat16Nodes outer,
            Map<String, Attribute> arguments) {
        this.names = names;
        this.functions = functions;
        this.outer = outer;
        this.arguments = arguments;
    }

    /** Makes a value known. */
    void define(String value, Kind kind) {
        values.put(value, kind);
    }

    /** Notes what the file says of a value. */
    void declare(String value, boolean narrow) {
        declared.put(value, narrow);
    }

    /** Makes a value known that comes from outside, in float32 if it is of bfloat16. */
    void take(String value, boolean narrow) {
        define(value, narrow ? Kind.NARROW : Kind.OTHER);
        if (narrow && names.isNarrow(value)) {
            cast(names.wide(value), value, NUMBER);
        }
    }

    /** {@return whether a value is of bfloat16} */
    boolean isNarrow(String value) {
        return kind(value) != Kind.OTHER;
    }

    private Kind kind(String value) {
        Kind own = values.get(value);
        return own != null ? own : outer == null ? Kind.OTHER : outer.kind(value);
    }

    /** {@return the rewritten nodes} */
    List<ProtoWriter> written() {
        return written;
    }

    /** Adds a value of bfloat16 in float32, where anything needs it. */
    void widen(String value) {
        if (isNarrow(value) && names.isWide(value, kind(value) == Kind.CONSTANT)) {
            cast(value, names.wide(value), WIDE);
        }
    }

    private void cast(String from, String to, long type) {
        written.add(
                new ProtoWriter()
                        .string(Fields.NODE_INPUT, from)
                        .string(Fields.NODE_OUTPUT, to)
                        .string(Fields.NODE_OP_TYPE, "Cast")
                        .message(Fields.NODE_ATTRIBUTE, GraphAuthor.attribute("to", type)));
    }

    /** Rewrites nodes, each behind those it needs. */
    void compute(List<NodeParts> nodes) {
        for (NodeParts source : NodeParts.sorted(nodes)) {
            NodeParts node = source.resolved(arguments);
            List<Boolean> narrow = node.inputs().stream().map(this::isNarrow).toList();
            if (functions.has(node)) {
                Bfloat16Functions.Call call = functions.call(node, narrow);
                add(node, call.operator(), wide(node), List.of(), call.gives(), true);
            } else if (Bfloat16Rule.staysAsItIs(node)) {
                addAsItIs(node, Bfloat16Rule.gives(node, 0, narrow));
            } else {
                addComputed(node, narrow);
            }
        }
    }

    private void addAsItIs(NodeParts node, boolean gives) {
        List<ProtoWriter> attributes = new ArrayList<>();
        node.attributes().forEach(attribute -> attributes.add(attribute.written()));
        written.add(node.with(node.operator(), node.inputs(), node.outputs(), attributes));
        for (String output : node.outputs()) {
            Kind kind = node.is("Constant") ? Kind.CONSTANT : Kind.NARROW;
            define(output, gives ? kind : Kind.OTHER);
            widen(output);
        }
    }

    private void addComputed(NodeParts node, List<Boolean> narrow) {
        List<ProtoWriter> attributes = new ArrayList<>();
        List<Boolean> fromInner = new ArrayList<>();
        for (Attribute attribute : node.attributes()) {
            attributes.add(attribute(attribute, narrow, fromInner));
        }
        if (node.is("Loop") && !fromInner.isEmpty()) {
            fromInner.removeFirst(); // whether it goes on
        }
        List<Boolean> gives = new ArrayList<>();
        for (int i = 0; i < node.outputs().size(); i++) {
            Boolean said = declared.get(node.outputs().get(i));
            gives.add(
                    !fromInner.isEmpty()
                            ? i < fromInner.size() && fromInner.get(i)
                            : said != null && !node.isStandard()
                                    ? said
                                    : Bfloat16Rule.gives(node, i, narrow));
        }
        List<String> taken = node.is("Cast") || node.is("CastLike") ? apart(node) : wide(node);
        add(node, node.operator(), taken, attributes, gives, Bfloat16Rule.isExact(node));
    }

    /** An attribute with float32 in place of bfloat16, inner graphs included. */
    private ProtoWriter attribute(
            Attribute attribute, List<Boolean> given, List<Boolean> fromInner) {
        ProtoWriter out = new ProtoWriter();
        ProtoReader message = attribute.message().again();
        while (message.next()) {
            switch (message.number()) {
                case Fields.ATTRIBUTE_NAME -> {}
                case Fields.ATTRIBUTE_GRAPH, Fields.ATTRIBUTE_GRAPHS -> {
                    Bfloat16Graph.Inner inner =
                            Bfloat16Graph.inner(
                                    message.message("graph"),
                                    given,
                                    names,
                                    new Bfloat16Nodes(names, functions, this, arguments));
                    if (fromInner.isEmpty()) {
                        fromInner.addAll(inner.gives());
                    }
                    out.message(message.number(), inner.message());
                }
                case Fields.ATTRIBUTE_TYPE_PROTO ->
                        out.message(
                                message.number(), Bfloat16Type.widened(message.message("type")));
                case Fields.ATTRIBUTE_INT ->
                        out.varint(
                                message.number(),
                                Bfloat16Rule.choosesType(attribute.name())
                                        ? Bfloat16Type.widened(message.varintValue())
                                        : message.varintValue());
                default -> out.raw(message.field());
            }
        }
        return out.string(Fields.ATTRIBUTE_NAME, attribute.name());
    }

    private List<String> wide(NodeParts node) {
        return node.inputs().stream()
                .map(input -> isNarrow(input) ? names.wide(input) : input)
                .toList();
    }

    /**
     * The inputs of a conversion. ONNX Runtime looks through chains of conversions and takes some
     * for superfluous that round (float32 to bfloat16 to int8); the largest of one number hides
     * what is before it. Constants have nothing before them.
     */
    private List<String> apart(NodeParts node) {
        List<String> taken = new ArrayList<>(wide(node));
        String value = node.input();
        if (kind(value) == Kind.CONSTANT && node.is("Cast")) {
            taken.set(0, value);
        } else if (kind(value) == Kind.NARROW) {
            String apart = names.apart(node.output());
            written.add(
                    new ProtoWriter()
                            .string(Fields.NODE_INPUT, names.wide(value))
                            .string(Fields.NODE_OUTPUT, apart)
                            .string(Fields.NODE_OP_TYPE, "Max"));
            taken.set(0, apart);
        }
        return taken;
    }

    /** Adds a node that computes in float32, and the rounding of what it gives. */
    private void add(
            NodeParts node,
            String operator,
            List<String> taken,
            List<ProtoWriter> attributes,
            List<Boolean> gives,
            boolean isExact) {
        List<String> given = new ArrayList<>();
        List<String> narrow = new ArrayList<>();
        for (int i = 0; i < node.outputs().size(); i++) {
            String output = node.outputs().get(i);
            boolean isNarrow = !output.isEmpty() && i < gives.size() && gives.get(i);
            define(output, isNarrow ? Kind.NARROW : Kind.OTHER);
            given.add(!isNarrow ? output : isExact ? names.wide(output) : names.exact(output));
            if (isNarrow) {
                narrow.add(output);
            }
        }
        written.add(node.with(operator, taken, given, attributes));
        for (String output : narrow) {
            if (!isExact) {
                cast(names.exact(output), output, NUMBER);
                widen(output);
            } else if (names.isNarrow(output)) {
                cast(names.wide(output), output, NUMBER);
            }
        }
    }
}

package dev.glia.engine.onnx.internal.onnx;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NrtException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/** Each way to write a model that another reader of protobuf may take for another model. */
class StrictReadingTest {
    private static final long WIDE_EXTERNAL = (1L << 32) + 1;

    static Stream<Arguments> refused() {
        ProtoWriter external = location(tensor(), 1);
        ProtoWriter body =
                new ProtoWriter()
                        .message(Fields.GRAPH_INPUT, named(Fields.VALUE_NAME, "x"))
                        .message(Fields.GRAPH_INITIALIZER, tensor());
        return Stream.of(
                Arguments.of("wide enum", constant(location(tensor(), WIDE_EXTERNAL)), "location"),
                Arguments.of("unknown enum", constant(location(tensor(), 7)), "location"),
                Arguments.of(
                        "number twice",
                        constant(location(location(tensor(), 1), 0)),
                        "second time"),
                Arguments.of("external, in an attribute", value(external), "another file"),
                Arguments.of(
                        "external, by entries alone",
                        value(tensor().message(Fields.TENSOR_EXTERNAL_DATA, new ProtoWriter())),
                        "another file"),
                Arguments.of(
                        "external, default of a function",
                        new ProtoWriter()
                                .message(
                                        Fields.MODEL_FUNCTIONS,
                                        new ProtoWriter()
                                                .message(
                                                        11,
                                                        new ProtoWriter()
                                                                .message(
                                                                        Fields.ATTRIBUTE_TENSOR,
                                                                        external))),
                        "another file"),
                Arguments.of(
                        "graph twice",
                        new ProtoWriter()
                                .message(Fields.MODEL_GRAPH, new ProtoWriter())
                                .message(Fields.MODEL_GRAPH, new ProtoWriter()),
                        "second time"),
                Arguments.of(
                        "text instead of a number",
                        constant(new ProtoWriter().string(Fields.TENSOR_DATA_TYPE, "1")),
                        "holds no int32"),
                Arguments.of(
                        "number instead of text",
                        constant(new ProtoWriter().varint(Fields.TENSOR_NAME, 1)),
                        "holds no text"),
                Arguments.of(
                        "size and name of a dimension",
                        graph(
                                new ProtoWriter()
                                        .message(
                                                Fields.GRAPH_INPUT,
                                                typed(
                                                        new ProtoWriter()
                                                                .varint(Fields.DIM_VALUE, 1)
                                                                .string(Fields.DIM_PARAM, "n")))),
                        "second time"),
                Arguments.of("many extents, packed", constant(packedExtents(17)), "17|16 numbers"),
                Arguments.of("many extents, one by one", constant(extents(17)), "16 dimensions"),
                Arguments.of("input that is a constant", body(body), "both as an input"),
                Arguments.of("graphs in graphs", nested(10), "within more than 8"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String what, ProtoWriter model, String reason) {
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(NrtException.class)
                .hasMessageStartingWith("NRT_INVALID")
                .hasMessageContaining("m.onnx")
                .message()
                .containsPattern(reason);
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
                Arguments.of("a new field", constant(tensor().varint(99, 1))),
                Arguments.of("a negative int32", constant(new ProtoWriter().varint(2, -1))),
                Arguments.of("extents, packed", constant(packedExtents(16))),
                Arguments.of("extents, one by one", constant(extents(16))),
                Arguments.of("eight graphs in each other", nested(9)),
                Arguments.of(
                        "an input with a value",
                        graph(
                                new ProtoWriter()
                                        .message(Fields.GRAPH_INPUT, named(Fields.VALUE_NAME, "x"))
                                        .message(Fields.GRAPH_INITIALIZER, tensor()))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void accepted(String what, ProtoWriter model) {
        assertThatCode(() -> read(model)).doesNotThrowAnyException();
    }

    private static List<StoredWeight> read(ProtoWriter model) {
        return SelfContained.check(ByteBuffer.wrap(model.toByteArray()), "m.onnx");
    }

    private static ProtoWriter tensor() {
        return new ProtoWriter().varint(Fields.TENSOR_DATA_TYPE, 1).string(Fields.TENSOR_NAME, "x");
    }

    private static ProtoWriter location(ProtoWriter tensor, long location) {
        return tensor.varint(Fields.TENSOR_DATA_LOCATION, location);
    }

    private static ProtoWriter extents(int count) {
        ProtoWriter tensor = tensor();
        for (int i = 0; i < count; i++) {
            tensor.varint(Fields.TENSOR_DIMS, 1);
        }
        return tensor;
    }

    private static ProtoWriter packedExtents(int count) {
        byte[] extents = new byte[count];
        java.util.Arrays.fill(extents, (byte) 1);
        return tensor().bytes(Fields.TENSOR_DIMS, ByteBuffer.wrap(extents));
    }

    private static ProtoWriter named(int field, String name) {
        return new ProtoWriter().string(field, name);
    }

    private static ProtoWriter typed(ProtoWriter dim) {
        ProtoWriter shape = new ProtoWriter().message(Fields.SHAPE_DIM, dim);
        return new ProtoWriter()
                .message(
                        Fields.VALUE_TYPE,
                        new ProtoWriter()
                                .message(
                                        Fields.TYPE_TENSOR,
                                        new ProtoWriter()
                                                .message(Fields.TENSOR_TYPE_SHAPE, shape)));
    }

    private static ProtoWriter graph(ProtoWriter graph) {
        return new ProtoWriter().message(Fields.MODEL_GRAPH, graph);
    }

    private static ProtoWriter constant(ProtoWriter tensor) {
        return graph(new ProtoWriter().message(Fields.GRAPH_INITIALIZER, tensor));
    }

    private static ProtoWriter value(ProtoWriter tensor) {
        return graph(node(new ProtoWriter().message(Fields.ATTRIBUTE_TENSOR, tensor)));
    }

    private static ProtoWriter body(ProtoWriter body) {
        return graph(node(new ProtoWriter().message(Fields.ATTRIBUTE_GRAPH, body)));
    }

    private static ProtoWriter node(ProtoWriter attribute) {
        return new ProtoWriter()
                .message(
                        Fields.GRAPH_NODE,
                        new ProtoWriter().message(Fields.NODE_ATTRIBUTE, attribute));
    }

    private static ProtoWriter nested(int graphs) {
        ProtoWriter graph = new ProtoWriter();
        for (int i = 1; i < graphs; i++) {
            graph = node(new ProtoWriter().message(Fields.ATTRIBUTE_GRAPH, graph));
        }
        return graph(graph);
    }
}

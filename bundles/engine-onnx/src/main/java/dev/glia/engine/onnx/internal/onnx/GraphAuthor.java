package dev.glia.engine.onnx.internal.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Writes small ONNX models: the sample and the tests. */
public final class GraphAuthor {
    private static final int IR_VERSION = 8;
    private static final int TYPE_FLOAT = 1;
    private static final int TYPE_INT = 2;
    private static final int TYPE_STRING = 3;
    private static final int TYPE_TENSOR = 4;
    private static final int TYPE_GRAPH = 5;
    private static final int TYPE_INTS = 7;

    private final ProtoWriter graph = new ProtoWriter();

    /** Begins a graph. */
    public GraphAuthor(String name) {
        graph.string(Fields.GRAPH_NAME, name);
    }

    /**
     * Adds an input; a dimension is a number, a symbolic name, or the empty string when it has
     * none.
     */
    public GraphAuthor input(String name, ElementType type, Object... dims) {
        graph.message(Fields.GRAPH_INPUT, value(name, type, dims));
        return this;
    }

    /** Adds an output; dimensions as for inputs. */
    public GraphAuthor output(String name, ElementType type, Object... dims) {
        graph.message(Fields.GRAPH_OUTPUT, value(name, type, dims));
        return this;
    }

    /** Adds any other field of a graph. */
    public GraphAuthor field(int number, ProtoWriter message) {
        graph.message(number, message);
        return this;
    }

    /** Adds a constant from its little-endian bytes. */
    public GraphAuthor constant(String name, ElementType type, ByteBuffer data, long... dims) {
        graph.message(
                Fields.GRAPH_INITIALIZER,
                tensor(name, type, dims).bytes(Fields.TENSOR_RAW_DATA, data));
        return this;
    }

    /** Adds a constant of float32. */
    public GraphAuthor floats(String name, float[] values, long... dims) {
        ByteBuffer data =
                ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return constant(name, ElementType.FLOAT, data, dims);
    }

    /** Adds a constant of int64. */
    public GraphAuthor longs(String name, long[] values, long... dims) {
        ByteBuffer data =
                ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(values);
        return constant(name, ElementType.INT64, data, dims);
    }

    /** Adds a constant whose data lies in another file. */
    public GraphAuthor external(
            String name,
            ElementType type,
            String location,
            long offset,
            long length,
            long... dims) {
        ProtoWriter tensor = tensor(name, type, dims);
        tensor.message(Fields.TENSOR_EXTERNAL_DATA, entry("location", location));
        tensor.message(Fields.TENSOR_EXTERNAL_DATA, entry("offset", Long.toString(offset)));
        tensor.message(Fields.TENSOR_EXTERNAL_DATA, entry("length", Long.toString(length)));
        graph.message(Fields.GRAPH_INITIALIZER, tensor.varint(Fields.TENSOR_DATA_LOCATION, 1));
        return this;
    }

    /** Adds an operator of the standard domain. */
    public GraphAuthor node(
            String operator, List<String> inputs, List<String> outputs, ProtoWriter... attributes) {
        ProtoWriter node = new ProtoWriter();
        inputs.forEach(input -> node.string(Fields.NODE_INPUT, input));
        outputs.forEach(output -> node.string(Fields.NODE_OUTPUT, output));
        node.string(Fields.NODE_OP_TYPE, operator);
        for (ProtoWriter attribute : attributes) {
            node.message(Fields.NODE_ATTRIBUTE, attribute);
        }
        graph.message(Fields.GRAPH_NODE, node);
        return this;
    }

    /** {@return an attribute that is an integer} */
    public static ProtoWriter attribute(String name, long value) {
        return named(name)
                .varint(Fields.ATTRIBUTE_INT, value)
                .varint(Fields.ATTRIBUTE_TYPE, TYPE_INT);
    }

    /** {@return an attribute that is a number} */
    public static ProtoWriter attribute(String name, float value) {
        return named(name)
                .float32(Fields.ATTRIBUTE_FLOAT, value)
                .varint(Fields.ATTRIBUTE_TYPE, TYPE_FLOAT);
    }

    /** {@return an attribute that is a text} */
    public static ProtoWriter attribute(String name, String value) {
        return named(name)
                .string(Fields.ATTRIBUTE_STRING, value)
                .varint(Fields.ATTRIBUTE_TYPE, TYPE_STRING);
    }

    /** {@return an attribute that is a list of integers} */
    public static ProtoWriter attribute(String name, List<Long> values) {
        ProtoWriter attribute = named(name);
        values.forEach(value -> attribute.varint(Fields.ATTRIBUTE_INTS, value));
        return attribute.varint(Fields.ATTRIBUTE_TYPE, TYPE_INTS);
    }

    /** {@return an attribute that is a tensor, from its little-endian bytes} */
    public static ProtoWriter attribute(
            String name, ElementType type, ByteBuffer data, long... dims) {
        return named(name)
                .message(
                        Fields.ATTRIBUTE_TENSOR,
                        tensor(name, type, dims).bytes(Fields.TENSOR_RAW_DATA, data))
                .varint(Fields.ATTRIBUTE_TYPE, TYPE_TENSOR);
    }

    /** {@return an attribute that is a graph, such as the body of a loop} */
    public static ProtoWriter attribute(String name, GraphAuthor body) {
        return named(name)
                .message(Fields.ATTRIBUTE_GRAPH, body.graph)
                .varint(Fields.ATTRIBUTE_TYPE, TYPE_GRAPH);
    }

    /** {@return the model with this graph, for a version of the standard operators} */
    public byte[] model(int opset) {
        return new ProtoWriter()
                .varint(Fields.MODEL_IR_VERSION, IR_VERSION)
                .string(Fields.MODEL_PRODUCER_NAME, "glia")
                .message(Fields.MODEL_GRAPH, graph)
                .message(
                        Fields.MODEL_OPSET_IMPORT,
                        new ProtoWriter().varint(Fields.OPSET_VERSION, opset))
                .toByteArray();
    }

    private static ProtoWriter named(String name) {
        return new ProtoWriter().string(Fields.ATTRIBUTE_NAME, name);
    }

    private static ProtoWriter entry(String key, String value) {
        return new ProtoWriter().string(Fields.ENTRY_KEY, key).string(Fields.ENTRY_VALUE, value);
    }

    private static ProtoWriter tensor(String name, ElementType type, long... dims) {
        ProtoWriter tensor = new ProtoWriter();
        for (long dim : dims) {
            tensor.varint(Fields.TENSOR_DIMS, dim);
        }
        return tensor.varint(Fields.TENSOR_DATA_TYPE, type.ordinal())
                .string(Fields.TENSOR_NAME, name);
    }

    private static ProtoWriter value(String name, ElementType type, Object... dims) {
        ProtoWriter shape = new ProtoWriter();
        for (Object dim : dims) {
            ProtoWriter extent = new ProtoWriter();
            switch (dim) {
                case Number size -> extent.varint(Fields.DIM_VALUE, size.longValue());
                case String symbol when !symbol.isEmpty() ->
                        extent.string(Fields.DIM_PARAM, symbol);
                default -> {}
            }
            shape.message(Fields.SHAPE_DIM, extent);
        }
        ProtoWriter tensor =
                new ProtoWriter()
                        .varint(Fields.TENSOR_TYPE_ELEMENT, type.ordinal())
                        .message(Fields.TENSOR_TYPE_SHAPE, shape);
        return new ProtoWriter()
                .string(Fields.VALUE_NAME, name)
                .message(Fields.VALUE_TYPE, new ProtoWriter().message(Fields.TYPE_TENSOR, tensor));
    }
}

package dev.glia.engine.onnx.internal.onnx;

/** The field numbers of the messages in ONNX files that Glia looks into. */
final class Fields {
    static final int MODEL_IR_VERSION = 1;
    static final int MODEL_PRODUCER_NAME = 2;
    static final int MODEL_GRAPH = 7;
    static final int MODEL_OPSET_IMPORT = 8;
    static final int MODEL_METADATA = 14;
    static final int MODEL_FUNCTIONS = 25;

    static final int OPSET_DOMAIN = 1;
    static final int OPSET_VERSION = 2;

    static final int FUNCTION_NAME = 1;
    static final int FUNCTION_INPUT = 4;
    static final int FUNCTION_OUTPUT = 5;
    static final int FUNCTION_ATTRIBUTE = 6;
    static final int FUNCTION_NODE = 7;
    static final int FUNCTION_OPSET_IMPORT = 9;
    static final int FUNCTION_DOMAIN = 10;
    static final int FUNCTION_DEFAULT = 11;
    static final int FUNCTION_VALUE_INFO = 12;
    static final int FUNCTION_OVERLOAD = 13;

    static final int GRAPH_NODE = 1;
    static final int GRAPH_NAME = 2;
    static final int GRAPH_INITIALIZER = 5;
    static final int GRAPH_INPUT = 11;
    static final int GRAPH_OUTPUT = 12;
    static final int GRAPH_VALUE_INFO = 13;
    static final int GRAPH_SPARSE_INITIALIZER = 15;

    static final int NODE_INPUT = 1;
    static final int NODE_OUTPUT = 2;
    static final int NODE_NAME = 3;
    static final int NODE_OP_TYPE = 4;
    static final int NODE_ATTRIBUTE = 5;
    static final int NODE_DOMAIN = 7;
    static final int NODE_OVERLOAD = 8;

    static final int ATTRIBUTE_NAME = 1;
    static final int ATTRIBUTE_FLOAT = 2;
    static final int ATTRIBUTE_INT = 3;
    static final int ATTRIBUTE_STRING = 4;
    static final int ATTRIBUTE_TENSOR = 5;
    static final int ATTRIBUTE_GRAPH = 6;
    static final int ATTRIBUTE_INTS = 8;
    static final int ATTRIBUTE_TENSORS = 10;
    static final int ATTRIBUTE_GRAPHS = 11;
    static final int ATTRIBUTE_TYPE_PROTO = 14;
    static final int ATTRIBUTE_TYPE = 20;
    static final int ATTRIBUTE_REFERENCE = 21;
    static final int ATTRIBUTE_SPARSE_TENSOR = 22;
    static final int ATTRIBUTE_SPARSE_TENSORS = 23;

    static final int SPARSE_VALUES = 1;
    static final int SPARSE_INDICES = 2;

    static final int TENSOR_DIMS = 1;
    static final int TENSOR_DATA_TYPE = 2;
    static final int TENSOR_NAME = 8;
    static final int TENSOR_RAW_DATA = 9;
    static final int TENSOR_EXTERNAL_DATA = 13;
    static final int TENSOR_DATA_LOCATION = 14;

    static final int ENTRY_KEY = 1;
    static final int ENTRY_VALUE = 2;

    static final int VALUE_NAME = 1;
    static final int VALUE_TYPE = 2;

    static final int TYPE_TENSOR = 1;
    static final int TYPE_SEQUENCE = 4;
    static final int TYPE_MAP = 5;
    static final int TYPE_SPARSE_TENSOR = 8;
    static final int TYPE_OPTIONAL = 9;

    static final int TENSOR_TYPE_ELEMENT = 1;
    static final int TENSOR_TYPE_SHAPE = 2;

    static final int SHAPE_DIM = 1;

    static final int DIM_VALUE = 1;
    static final int DIM_PARAM = 2;

    private Fields() {}
}

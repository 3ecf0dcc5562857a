package dev.glia.engine.onnx.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.engine.onnx.internal.ort.OrtErrors.NoKernel;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts as ONNX Runtime 1.28 writes them, and what people read instead. */
class OrtErrorsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    1 | Fatal error: my.corp:MyOp(-1) is not a registered function/op | UNSUPPORTED_NEFF_VERSION | it knows no operator MyOp of the domain my.corp: it is a custom one, or not of this version; export the model with standard ONNX operators
                    10 | This is an invalid model. In Node, ("y", MyOp, "my.corp", -1) : ("x": tensor(float),) -> ("y": tensor(float),) , Error No opset import for domain 'my.corp' | UNSUPPORTED_NEFF_VERSION | it knows no operator MyOp (y) of the domain my.corp: it is a custom one, or not of this version; export the model with standard ONNX operators
                    10 | This is an invalid model. In Node, ("y", Relux, "", -1) : ("x": tensor(float),) -> ("y": tensor(float),) , Error No Op registered for Relux with domain_version of 17 | UNSUPPORTED_NEFF_VERSION | version 17 of the ONNX operators has no operator Relux (y); export the model for an opset that has it
                    9 | Could not find an implementation for Cast(25) node with name 'y' | UNSUPPORTED_NEFF_VERSION | it has no kernel for operator Cast (y) with these element types
                    10 | This is an invalid model. Type Error: Type 'tensor(float8e4m3fnuz)' of input parameter (x) of operator (Neg) in node (y) is invalid. | UNSUPPORTED_NEFF_VERSION | operator Neg (y) takes no float8e4m3fnuz, which its input x is; convert it with Cast
                    1 | Exception during loading: MLDataType for: tensor(complex64) is not currently registered or supported | UNSUPPORTED_NEFF_VERSION | it does not compute with the element type complex64; convert it, for example to float32
                    2 | Failed to load model with error: Invalid tensor data type 99. | UNSUPPORTED_NEFF_VERSION | it does not know the element type number 99; convert it, for example to float32
                    1 | /onnxruntime_src/onnxruntime/core/graph/graph.cc:1408 onnxruntime::Graph::Graph(const onnxruntime::Model&, onnx::GraphProto*, const std::unordered_map<std::__cxx11::basic_string<char>, int>&, bool) This is an invalid model. Tensor 'w' does not have valid data type. | UNSUPPORTED_NEFF_VERSION | it does not know the element type of constant w; convert it, for example to float32
                    1 | /onnxruntime_src/onnxruntime/core/graph/graph.cc:1403 onnxruntime::Graph::Graph(const onnxruntime::Model&, bool) This is an invalid model. Tensor does not have type information. | | Tensor does not have type information.
                    1 | /onnxruntime_src/onnxruntime/core/graph/model.cc:192 onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::ModelOptions&) Unsupported model IR version: 99, max supported IR version: 13 | UNSUPPORTED_NEFF_VERSION | the file has version 99 of the ONNX format, and it reads up to 13; save the model with ir_version 13
                    1 | /onnxruntime_src/onnxruntime/core/graph/model_load_utils.h:46 void onnxruntime::model_load_utils::ValidateOpsetForDomain(const std::string&, int) ONNX Runtime only *guarantees* support for models stamped with official released onnx opset versions. Opset 99 is under development and support for this is limited. The operator schemas and or other functionality may change before next ONNX release and in this case ONNX Runtime will not guarantee backward compatibility. Current official support for domain ai.onnx is till opset 26. | UNSUPPORTED_NEFF_VERSION | the model needs version 99 of the operators of ai.onnx, and it knows up to 26; export the model for opset 26
                    1 | Exception during initialization: /onnxruntime_src/onnxruntime/core/providers/cpu/rnn/rnn.h:45 onnxruntime::RNN<T>::RNN(const onnxruntime::OpKernelInfo&) [with T = float] layout_ == 0 was false. Batchwise recurrent operations (layout == 1) are not supported. If you need support create a github issue with justification. | UNSUPPORTED_NEFF_VERSION | it has no recurrent operators with layout 1; export the model with layout 0
                    1 | Non-zero status code returned while running Expand node. Name:'e' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:359 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 70368744177664 | RESOURCE | operator Expand (e): it could not get 70368744177664 bytes of native memory, which -Xmx does not bound; choose smaller shapes, or a machine with more memory
                    1 | Non-zero status code returned while running Expand node. Name:'e' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:359 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Available memory of 40 is smaller than requested bytes of 64 | RESOURCE | operator Expand (e): it needs 64 bytes of native memory where a trial run has 40; choose smaller shapes, or write the shapes of the outputs into the file
                    6 | Exception during initialization: std::bad_alloc | RESOURCE | it could not get as much as it needs of native memory, which -Xmx does not bound; choose smaller shapes, or a machine with more memory
                    2 | Non-zero status code returned while running Range node. Name:'r' Status Message: /onnxruntime_src/onnxruntime/core/framework/op_kernel.cc:83 virtual OrtValue* onnxruntime::OpKernelContext::OutputMLValue(int, const onnxruntime::TensorShape&) [ONNXRuntimeError] : 2 : INVALID_ARGUMENT : The output OrtValue provided for output 'y' of node 'r' (Range) has shape {7} but the computed output shape for this run is {0}. When calling Run() with pre-allocated output OrtValues on a model with dynamic output shapes, either supply unallocated output OrtValues or ensure the pre-allocated shapes match the expected output shapes for each run. | | operator Range (r): y has the shape [0] with these inputs, and [7] in the NEFF: it depends on values, which NeuronCores do not allow; compile with other values or shapes, or cut the operator off the graph
                    2 | Non-zero status code returned while running Gather node. Name:'g' Status Message: indices element out of data bounds, idx=9 must be within the inclusive range [-4,3] | | operator Gather (g): indices element out of data bounds, idx=9 must be within the inclusive range [-4,3]
                    1 | Non-zero status code returned while running Div node. Name:'d' Status Message: element_wise_ops.cc:692 Compute Integer division by zero | | operator Div (d): Integer division by zero
                    1 | Non-zero status code returned while running Reshape node. Name:'y' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:55 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) input_shape_size == requested_shape_size was false. The input tensor cannot be reshaped to the requested shape. Input shape:{4,3}, requested shape:{4,1} | | operator Reshape (y): The input tensor cannot be reshaped to the requested shape. Input shape:{4,3}, requested shape:{4,1}
                    1 | Non-zero status code returned while running If node. Name:'If_0' Status Message: Non-zero status code returned while running LSTM node. Name:'a/LSTM' Status Message: Input X must have 3 dimensions only. Actual:{1,1,1,128,2} | | operator LSTM (a/LSTM): Input X must have 3 dimensions only. Actual:{1,1,1,128,2}
                    2 | Invalid rank for output: y Got: 1 Expected: 2 Please fix either the inputs/outputs or the model. | | Invalid rank for output: y Got: 1 Expected: 2
                    1 | Exception during initialization: /onnxruntime_src/onnxruntime/core/optimizer/initializer.cc:51 onnxruntime::Initializer::Initializer(const onnx::TensorProto&, const std::filesystem::__cxx11::path&) [ONNXRuntimeError] : 1 : FAIL : tensorprotoutils.cc:1496 ValidateEmbeddedTensorProtoDataSizeAndShape Initializer 'w': raw_data size (16 bytes) does not match expected size from shape and data type (12 bytes) | | the data of tensor w has 16 bytes, but its type and shape take 12
                    1 | tensorprotoutils.cc:1449 GetSizeInBytesFromTensorProto Out of bounds dimensions in TypeProto_Tensor | | Out of bounds dimensions in TypeProto_Tensor
                    1 | Node (y) Op (MatMul) [ShapeInferenceError] Incompatible dimensions for matrix multiplication | | operator MatMul (y): Incompatible dimensions for matrix multiplication
                    1 | Type Error: Type parameter (T) of Optype (Add) bound to different types (tensor(float) and tensor(int64) in node (y). | | operator Add (y) is given float and int64, and takes one type; convert one with Cast
                    1 | Type Error: Type (tensor(int64)) of output arg (y) of node (n) does not match expected type (tensor(float)). | | the file says int64 of tensor y, but operator n makes float of it
                    10 | This is an invalid model. In Node, ("y", Cast, "", -1) : ("x": tensor(float),) -> ("y": tensor(float),) , Error Required attribute 'to' is missing. | | operator Cast (y): Required attribute 'to' is missing.
                    1 | This is an invalid model. Error: the graph is not acyclic. | | the graph is not acyclic.
                    1 | Exception during initialization: /onnxruntime_src/onnxruntime/core/providers/cpu/text/string_normalizer.cc:235 onnxruntime::StringNormalizer::Locale::Locale(const std::string&)::<lambda()> Failed to construct locale with name:en_US.UTF-8 | | Failed to construct locale with name:en_US.UTF-8
                    1 | something that nobody has seen yet | | something that nobody has seen yet
                    """)
    void saysItInOtherWords(int code, String found, String status, String text) {
        NrtException refused =
                OrtErrors.refusal("m", new OrtException(code, found), NrtStatus.NRT_FAILURE);
        assertThat(refused.reason()).isEqualTo("m: " + text);
        assertThat(refused.status())
                .hasToString(
                        "NRT_"
                                + (status == null
                                        ? NrtStatus.NRT_FAILURE.name().substring(4)
                                        : status));
        assertThat(refused).hasCauseInstanceOf(OrtException.class);
    }

    @Test
    void findsTheOperatorWithoutAKernel() {
        String found = "Could not find an implementation for Cast(25) node with name '/a/b'";
        assertThat(OrtErrors.noKernel(new OrtException(OrtException.NOT_IMPLEMENTED, found)))
                .contains(new NoKernel("Cast", 25, "/a/b"));
        assertThat(OrtErrors.noKernel(new OrtException(OrtException.FAIL, "anything"))).isEmpty();
    }
}

package dev.glia.engine.onnx.internal.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NrtException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Operands that ONNX Runtime takes for granted, of known shapes and of unknown ones. */
class SafeOperandsTest {
    private static final String LSTM = "LSTM 4,2,3 1,20,3 1,20,5 hidden_size=5";
    private static final String QUANTIZED = "DynamicQuantizeLSTM 4,2,3 1,3,20 1,5,20 hidden_size=5";
    private static final String BLOCKS = "MatMulNBits 2,64 8,2,16 16 N=8 K=64 block_size=32";

    /**
     * Operators as they should be, the shapes of their operands, and their attributes; then what is
     * wrong with an operand.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Conv 1,1,4,4 8,1,1,1 8               | 2=1
                    Conv 1,1,4,4 8,1,1,1 8               | 2=8,1
                    Conv 1,1,4,4 8,1,1,1 8               | 2=
                    Conv 1,1,4,4 8,1,1,1 8               | 2=16
                    Conv 1,1,4,4 8,1,1,1 8               | 1=8,1,0,1
                    FusedConv 1,1,4,4 8,1,1,1 8          | 2=4
                    NhwcFusedConv 1,4,4,1 8,1,1,1 8      | 2=4
                    QLinearConv 1,1,4,4 - - 8,1,1,1 8 8 - - 8 | 8=1
                    QLinearConv 1,1,4,4 - - 8,1,1,1 8 8 - - 8 | 0=
                    DFT 1,8,1                            | 0=1,0,1
                    STFT 1,64,1 - 16                     | 0=1,64,2
                    STFT 1,64,1 - 16                     | 2=
                    TopK 4,8                             | 0=0,8
                    Reshape 4,8 64                       | 1=65
                    Expand 4,8 3                         | 1=2147483648
                    ConstantOfShape 4                    | 0=100
                    Normalizer 4,8                       | 0=
                    EmbedLayerNormalization 2,4 - 9,8 9,8 - 8 8 - 2,4 | 6=
                    EmbedLayerNormalization 2,4 - 9,8 9,8 - 8 8 - 2,4 | 8=8
                    SkipLayerNormalization 2,4,8 2,4,8   | 1=0,4,8
                    RotaryEmbedding 2,8,16,64            | 0=2,8,16,0
                    QAttention 2,4,8                     | 0=0,4,8
                    MultiHeadAttention 2,4,8 2,4,8 2,4,8 24 | 2=2,4,16
                    MultiHeadAttention 2,4,8 2,4,8 2,4,8 | 2=2,4,0
                    MultiHeadAttention 2,4,8 2,4,8 2,4,8 - - - 2,2,5,4 2,2,5,4 num_heads=2 | 2=2,4,16
                    DecoderMaskedMultiHeadAttention 2,1,8 - - - - - - 1 1 | 8=0
                    GRU 4,2,3                            | 0=4,2
                    RNN 4,2,3                            | 0=6
                    RoiAlign 2,4,8,8 9,4 9               | 1=9
                    GroupQueryAttention 2,4,64 - - - - - - 9,8 9,8 | 7=9
                    SparseAttention 2,4,64 - - - - - 2,2 - - 9,8 9,8 | 9=9
                    MoE 4,8                              | 0=4,0
                    QMoE 4,8 - 2,4,8 2,4 - 2,4,8 2,4     | 2=8
                    WordConvEmbedding 8,32 4,1,5,16      | 1=4,0,5,16
                    """)
    void knownShapes(String right, String wrong) {
        requireRefused(right, wrong);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0=4,2,6", "0=4,0,3", "1=1,20,2", "1=1,10,3", "1=20,3", "2=1,20,4", "2=1"})
    void knownShapesOfRecurrentNets(String wrong) {
        requireRefused(LSTM, wrong);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0=4,2,6", "1=1,2,20", "1=1,3,10", "2=1,4,20", "2=1"})
    void knownShapesOfQuantizedRecurrentNets(String wrong) {
        requireRefused(QUANTIZED, wrong);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1=8,2,8", "1=8,0,16", "1=4,2,16"})
    void knownShapesOfBlocks(String wrong) {
        requireRefused(BLOCKS, wrong);
    }

    /** What is computed gets a guard; what is known and right gets none. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Conv 1,1,4,4 8,1,1,1 8               | 2=? | 1
                    Conv 1,1,4,4 8,1,1,1 8               | 1=? | 2
                    Conv 1,1,4,4 8,1,1,1 8               | 0=? | 0
                    Conv 1,1,4,4 8,1,1,1                 | 0=? | 0
                    TopK 4,8                             | 0=? | 0
                    GRU 4,2,3                            | 0=? | 1
                    MultiHeadAttention 2,4,8 2,4,8 2,4,8 | 2=? | 1
                    MultiHeadAttention 2,4,8 2,4,8 2,4,8 24 | 2=? | 2
                    QLinearConv 1,1,4,4 - - 8,1,1,1 8 8 - - 8 | 8=? | 1
                    """)
    void unknownShapes(String right, String unknown, int guards) {
        byte[] guarded = guarded(right, unknown);
        assertThat(guarded == null ? 0 : reshapes(guarded)).isEqualTo(guards);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AttnLSTM 4,2,16",
                "BifurcationDetector 4",
                "ConvTransposeWithDynamicPads 1,3,8,8",
                "FeatureVectorizer 4,4",
                "MatMulFpQ4 4,4",
                "com.microsoft.nchwc:Conv 1,8,4,4",
                "com.ms.internal.nhwc:MaxPool 1,4,4,8"
            })
    void operatorsThatAreRefused(String operator) {
        assertThatThrownBy(() -> guarded(operator, ""))
                .isInstanceOf(NrtException.class)
                .hasMessageStartingWith("NRT_UNSUPPORTED_NEFF_VERSION")
                .hasMessageContaining("not safe");
    }

    private static void requireRefused(String right, String wrong) {
        assertThat(guarded(right, "")).as(right).isNull();
        assertThatThrownBy(() -> guarded(right, wrong))
                .isInstanceOf(NrtException.class)
                .hasMessageStartingWith("NRT_INVALID (2): m.onnx.graph.node: operand ");
    }

    static int reshapes(byte[] model) {
        int count = 0;
        ProtoReader graph = ProtoReader.of(model, "m").find(Fields.MODEL_GRAPH).orElseThrow();
        graph = graph.message("graph");
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_NODE
                    && NodeParts.of(graph.message("node")).is("Reshape")) {
                count++;
            }
        }
        return count;
    }

    /** {@return the guarded model of one operator, {@code null} when it needs no guard} */
    private static byte[] guarded(String text, String change) {
        String[] words = text.split(" +");
        int changed = change.isEmpty() ? -1 : Integer.parseInt(change.split("=", 2)[0]);
        GraphAuthor graph = new GraphAuthor("one");
        List<String> inputs = new ArrayList<>();
        List<ProtoWriter> attributes = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            String[] attribute = words[i].split("=");
            if (attribute.length > 1) {
                attributes.add(GraphAuthor.attribute(attribute[0], Long.parseLong(attribute[1])));
                continue;
            }
            int operand = inputs.size();
            String shape = operand == changed ? change.split("=", 2)[1] : words[i];
            String name = shape.equals("-") ? "" : "i" + operand;
            inputs.add(name);
            if (!name.isEmpty() && !shape.equals("?")) {
                graph.input(name, ElementType.FLOAT, extents(shape));
            }
        }
        int colon = words[0].lastIndexOf(':');
        ProtoWriter node = new ProtoWriter();
        inputs.forEach(input -> node.string(Fields.NODE_INPUT, input));
        node.string(Fields.NODE_OUTPUT, "y")
                .string(Fields.NODE_OP_TYPE, words[0].substring(colon + 1))
                .string(Fields.NODE_DOMAIN, colon < 0 ? "" : words[0].substring(0, colon));
        attributes.forEach(attribute -> node.message(Fields.NODE_ATTRIBUTE, attribute));
        byte[] model = graph.field(Fields.GRAPH_NODE, node).model(17);
        return SafeOperands.guarded(ByteBuffer.wrap(model), "m.onnx").orElse(null);
    }

    private static Object[] extents(String shape) {
        List<Object> extents = new ArrayList<>();
        for (String extent : shape.isEmpty() ? new String[0] : shape.split(",")) {
            extents.add(Long.valueOf(extent));
        }
        return extents.toArray();
    }
}

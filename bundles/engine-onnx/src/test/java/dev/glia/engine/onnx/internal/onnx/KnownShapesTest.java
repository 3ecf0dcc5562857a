package dev.glia.engine.onnx.internal.onnx;

import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What is believed of the bias of a convolution with 64 filters. A shape that ONNX Runtime may see
 * otherwise is not known, and the bias gets a guard.
 */
class KnownShapesTest {
    private static final int FILTERS = 64;

    @ParameterizedTest
    @CsvSource({
        "Constant, 0",
        "Identity of a constant, 0",
        "Identity of a computed value, 1",
        "Identity with a name of two values, 1",
        "Constant with another attribute before, 1",
        "Constant of another type, 1",
        "Constant by reference, 1"
    })
    void aBiasIsGuardedUnlessItsShapeIsKnown(String bias, int guards) {
        GraphAuthor graph = filters(new GraphAuthor("g")).input("x", ElementType.FLOAT, 1, 1, 1, 1);
        switch (bias) {
            case "Constant" -> graph.node("Constant", List.of(), List.of("b"), right());
            case "Identity of a constant" ->
                    graph.floats("c", new float[FILTERS], FILTERS)
                            .node("Identity", List.of("c"), List.of("b"));
            case "Identity of a computed value" ->
                    graph.node("Neg", List.of("x"), List.of("c"))
                            .node("Identity", List.of("c"), List.of("b"));
            case "Identity with a name of two values" ->
                    graph.floats("c", new float[FILTERS], FILTERS)
                            .node("Identity", List.of("c"), List.of("b"))
                            .node("Neg", List.of("x"), List.of("b"));
            case "Constant with another attribute before" ->
                    graph.node(
                            "Constant",
                            List.of(),
                            List.of("b"),
                            attribute("value_float", 1f),
                            right());
            case "Constant of another type" ->
                    graph.node(
                            "Constant",
                            List.of(),
                            List.of("b"),
                            tensor().varint(Fields.ATTRIBUTE_TYPE, 6));
            case "Constant by reference" ->
                    graph.node(
                            "Constant",
                            List.of(),
                            List.of("b"),
                            right().string(Fields.ATTRIBUTE_REFERENCE, "given"));
            default -> throw new IllegalArgumentException(bias);
        }
        byte[] model = graph.node("Conv", List.of("x", "w", "b"), List.of("y")).model(17);
        byte[] safe = SafeOperands.guarded(ByteBuffer.wrap(model), "m").orElse(null);
        assertThat(safe == null ? 0 : SafeOperandsTest.reshapes(safe)).isEqualTo(guards);
    }

    /** Its graph is put where the function refers to it. */
    @Test
    void aDefaultOfAFunctionIsChecked() {
        ProtoWriter function =
                new ProtoWriter()
                        .string(Fields.FUNCTION_NAME, "Own")
                        .string(Fields.FUNCTION_DOMAIN, "own")
                        .message(Fields.FUNCTION_DEFAULT, attribute("g", shortBias()));
        assertThatThrownBy(() -> SafeOperands.guarded(model(new GraphAuthor("g"), function), "m"))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("has the shape [1], but must have [64]");
    }

    /** It runs among the names of the function, which may have another b. */
    @Test
    void aGraphThatIsGivenToAFunctionKnowsNothingAroundIt() {
        GraphAuthor inner =
                new GraphAuthor("given").node("Conv", List.of("x", "w", "b"), List.of("z"));
        ProtoWriter call =
                new ProtoWriter()
                        .string(Fields.NODE_OP_TYPE, "Own")
                        .string(Fields.NODE_DOMAIN, "own")
                        .message(Fields.NODE_ATTRIBUTE, attribute("g", inner));
        GraphAuthor graph =
                filters(new GraphAuthor("g"))
                        .floats("b", new float[FILTERS], FILTERS)
                        .field(Fields.GRAPH_NODE, call);
        assertThat(SafeOperands.guarded(ByteBuffer.wrap(graph.model(17)), "m")).isPresent();
    }

    /** ONNX Runtime keeps the last one, and others the first. */
    @Test
    void noNodeHasTwoAttributesOfOneName() {
        byte[] model =
                new GraphAuthor("g")
                        .node(
                                "LSTM",
                                List.of("x", "w", "r"),
                                List.of("y"),
                                attribute("hidden_size", 1),
                                attribute("hidden_size", 64))
                        .model(17);
        assertThatThrownBy(() -> SelfContained.check(ByteBuffer.wrap(model), "m"))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("two attributes of one name");
    }

    /** Nobody could say what its Identity does. */
    @ParameterizedTest
    @ValueSource(strings = {"", "ai.onnx"})
    void noFunctionHasTheDomainOfOnnx(String domain) {
        ProtoWriter function =
                new ProtoWriter()
                        .string(Fields.FUNCTION_NAME, "Identity")
                        .string(Fields.FUNCTION_DOMAIN, domain);
        assertThatThrownBy(() -> SelfContained.check(model(new GraphAuthor("g"), function), "m"))
                .isInstanceOf(NrtException.class)
                .hasMessageContainingAll("Identity", "domain of ONNX");
    }

    private static ByteBuffer model(GraphAuthor graph, ProtoWriter function) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(graph.model(17));
        all.writeBytes(new ProtoWriter().message(Fields.MODEL_FUNCTIONS, function).toByteArray());
        return ByteBuffer.wrap(all.toByteArray());
    }

    private static GraphAuthor filters(GraphAuthor graph) {
        return graph.floats("w", new float[FILTERS], FILTERS, 1, 1, 1);
    }

    private static GraphAuthor shortBias() {
        return filters(new GraphAuthor("short"))
                .floats("b", new float[1], 1)
                .node("Conv", List.of("x", "w", "b"), List.of("y"));
    }

    private static ProtoWriter right() {
        return attribute(
                "value", ElementType.FLOAT, ByteBuffer.allocate(FILTERS * Float.BYTES), FILTERS);
    }

    /** The same without its type. */
    private static ProtoWriter tensor() {
        return new ProtoWriter()
                .string(Fields.ATTRIBUTE_NAME, "value")
                .message(
                        Fields.ATTRIBUTE_TENSOR,
                        new ProtoWriter().varint(Fields.TENSOR_DIMS, FILTERS));
    }
}

package dev.glia.engine.onnx.internal.onnx;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NrtException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;

/** Functions that call functions: few bytes, many nodes. */
class CallTreeTest {

    @ParameterizedTest
    @CsvSource({
        "functions that double, 25, 2, ,more than 1000000 nodes",
        "functions that double, 18, 2, ,",
        "calls in a branch, 25, 2, If, more than 1000000 nodes",
        "a long chain, 200, 1, , deeper than 128",
        "a short chain, 100, 1, ,",
        "a function that calls itself, 0, 1, , calls itself"
    })
    void calls(String what, int functions, int calls, String within, String reason) {
        byte[] model = model(functions, calls, within != null);
        if (reason == null) {
            assertThatCode(() -> SelfContained.check(ByteBuffer.wrap(model), "m.onnx"))
                    .as(what)
                    .doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> SelfContained.check(ByteBuffer.wrap(model), "m.onnx"))
                    .as(what)
                    .isInstanceOf(NrtException.class)
                    .hasMessageStartingWith("NRT_INVALID (2): m.onnx is too large: ")
                    .hasMessageContaining(reason);
        }
    }

    /** The function N calls N - 1 so many times, and the first one calls nothing, or itself. */
    private static byte[] model(int functions, int calls, boolean branch) {
        ProtoWriter model = new ProtoWriter();
        for (int i = 0; i <= functions; i++) {
            ProtoWriter function =
                    new ProtoWriter()
                            .string(Fields.FUNCTION_NAME, "f" + i)
                            .string(Fields.FUNCTION_DOMAIN, "own");
            String called = i > 0 ? "f" + (i - 1) : functions == 0 ? "f0" : "Neg";
            for (int call = 0; call < calls; call++) {
                function.message(Fields.FUNCTION_NODE, branch ? within(called) : node(called));
            }
            model.message(Fields.MODEL_FUNCTIONS, function);
        }
        return model.message(
                        Fields.MODEL_GRAPH,
                        new ProtoWriter().message(Fields.GRAPH_NODE, node("f" + functions)))
                .toByteArray();
    }

    private static ProtoWriter node(String operator) {
        return new ProtoWriter()
                .string(Fields.NODE_OP_TYPE, operator)
                .string(Fields.NODE_DOMAIN, "own");
    }

    private static ProtoWriter within(String operator) {
        ProtoWriter graph = new ProtoWriter().message(Fields.GRAPH_NODE, node(operator));
        return new ProtoWriter()
                .string(Fields.NODE_OP_TYPE, "If")
                .message(
                        Fields.NODE_ATTRIBUTE,
                        new ProtoWriter().message(Fields.ATTRIBUTE_GRAPH, graph));
    }
}

package dev.glia.engine.onnx.internal;

import static dev.glia.engine.onnx.internal.onnx.GraphAuthor.attribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.ProtoWriter;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * The bias of a convolution whose length only a run tells. Without its guard, ONNX Runtime adds
 * what lies in memory behind a short one.
 */
class ComputedOperandsTest {
    private static final int FILTERS = 64;

    /** Where the bias is computed. */
    static final List<String> PLACES =
            List.of(
                    "graph",
                    "branch",
                    "function",
                    "claimed",
                    "computed filters",
                    "counted filters");

    @ParameterizedTest
    @FieldSource("PLACES")
    void aBiasHasOneValueForEachFilter(String place) {
        try (Bench bench = Bench.of(model(place))) {
            for (MemorySegment input : bench.in()) {
                input.fill((byte) 0);
                if (input.byteSize() == 1) {
                    input.fill((byte) 1);
                } else if (input.byteSize() == 4 * Long.BYTES) {
                    input.copyFrom(MemorySegment.ofArray(new long[] {FILTERS, 1, 1, 1}));
                }
            }
            bench.in().getFirst().set(JAVA_LONG, 0, FILTERS);
            bench.invocation().run();
            assertThat(bench.out().getFirst().toArray(JAVA_FLOAT))
                    .hasSize(FILTERS)
                    .containsOnly(2.5f);
            for (long wrong : new long[] {1, FILTERS - 1, FILTERS + 1, 0}) {
                bench.in().getFirst().set(JAVA_LONG, 0, wrong);
                assertThatThrownBy(bench.invocation()::run)
                        .isInstanceOf(NrtException.class)
                        .hasMessageContaining("operand 2 of ");
            }
        }
    }

    /** Whoever wrote the NEFF: what is known is compared when it is loaded. */
    @Test
    void aNeffWithAShortBiasIsNotLoaded() {
        Image right = Image.of(Lab.compile(Graphs.twice(1, 1, 1, 1)));
        byte[] graph =
                new GraphAuthor("short")
                        .input("x", ElementType.FLOAT, 1, 1, 1, 1)
                        .output("y", ElementType.FLOAT, 1, FILTERS, 1, 1)
                        .floats("w", new float[FILTERS], FILTERS, 1, 1, 1)
                        .floats("b", new float[1], 1)
                        .node("Conv", List.of("x", "w", "b"), List.of("y"))
                        .model(17);
        Image wrong =
                new Image(
                        Map.of("model.onnx", Arena.ofAuto().allocateFrom(JAVA_BYTE, graph)),
                        right.graphs(),
                        right.inputs(),
                        right.outputs());
        assertThatThrownBy(() -> Lab.ENGINE.load(wrong, Lab.OWN))
                .isInstanceOf(NrtException.class)
                .hasMessageStartingWith("NRT_INVALID")
                .hasMessageContaining(
                        "operand 2 of Conv (b) has the shape [1], but must have [64]");
    }

    /** n is how often 2.5 stands in the bias; x and the filters are 0. */
    static byte[] model(String place) {
        GraphAuthor graph =
                new GraphAuthor("computed")
                        .input("n", ElementType.INT64, 1)
                        .input("x", ElementType.FLOAT, 1, 1, 1, 1)
                        .output("y", ElementType.FLOAT, 1, FILTERS, 1, 1)
                        .floats("value", new float[] {2.5f}, 1);
        if (place.equals("computed filters")) {
            graph.longs("four", new long[] {FILTERS, 1, 1, 1}, 4)
                    .input("one", ElementType.FLOAT, 1, 1, 1, 1)
                    .node("Expand", List.of("one", "four"), List.of("w"));
        } else if (place.equals("counted filters")) {
            graph.input("counts", ElementType.INT64, 4)
                    .input("one", ElementType.FLOAT, 1, 1, 1, 1)
                    .node("Expand", List.of("one", "counts"), List.of("w"));
        } else {
            graph.floats("w", new float[FILTERS], FILTERS, 1, 1, 1);
        }
        graph.node("Expand", List.of("value", "n"), List.of("b"));
        return switch (place) {
            case "branch" -> {
                GraphAuthor branch =
                        new GraphAuthor("branch")
                                .output("z", ElementType.FLOAT, 1, FILTERS, 1, 1)
                                .node("Conv", List.of("x", "w", "b"), List.of("z"));
                GraphAuthor other =
                        new GraphAuthor("other")
                                .output("z2", ElementType.FLOAT, 1, FILTERS, 1, 1)
                                .node("Conv", List.of("x", "w", "b"), List.of("z2"));
                yield graph.input("c", ElementType.BOOL)
                        .node(
                                "If",
                                List.of("c"),
                                List.of("y"),
                                attribute("then_branch", branch),
                                attribute("else_branch", other))
                        .model(17);
            }
            case "function" -> {
                byte[] model =
                        graph.field(1, node("Own", "own", List.of("x", "w", "b"), "y")).model(17);
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                all.writeBytes(model);
                all.writeBytes(function());
                yield all.toByteArray();
            }
            case "claimed" ->
                    graph.field(13, claim("b", FILTERS))
                            .node("Conv", List.of("x", "w", "b"), List.of("y"))
                            .model(17);
            default -> graph.node("Conv", List.of("x", "w", "b"), List.of("y")).model(17);
        };
    }

    private static ProtoWriter node(
            String operator, String domain, List<String> inputs, String output) {
        ProtoWriter node = new ProtoWriter();
        inputs.forEach(input -> node.string(1, input));
        return node.string(2, output).string(4, operator).string(7, domain);
    }

    private static byte[] function() {
        ProtoWriter function = new ProtoWriter().string(1, "Own");
        List.of("p", "q", "r").forEach(input -> function.string(4, input));
        function.string(5, "s")
                .message(7, node("Conv", "", List.of("p", "q", "r"), "s"))
                .message(9, new ProtoWriter().string(1, "").varint(2, 17))
                .string(10, "own");
        return new ProtoWriter()
                .message(25, function)
                .message(8, new ProtoWriter().string(1, "own").varint(2, 1))
                .toByteArray();
    }

    private static ProtoWriter claim(String name, long extent) {
        ProtoWriter shape = new ProtoWriter().message(1, new ProtoWriter().varint(1, extent));
        return new ProtoWriter()
                .string(1, name)
                .message(
                        2,
                        new ProtoWriter()
                                .message(1, new ProtoWriter().varint(1, 1).message(2, shape)));
    }
}

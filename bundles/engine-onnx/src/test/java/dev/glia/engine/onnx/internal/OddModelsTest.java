package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.Lab.Wanted;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.foreign.MemorySegment;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Models as exporters write them that nobody expects: what they compute, on inputs that count 1, 2,
 * 3 ..., and what the compiler says of them.
 */
class OddModelsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    model              | options                | compiled as                 | values                   | says
                    passed on and more |                        | x[4,3] -> y[4,3] x[4,3]     | -1 -2 -3, 1 2 3          |
                    passed on          |                        | x[4,3] -> x[4,3]            | 1 2 3                    |
                    twice              |                        | x[4,3] -> y[4,3]            | -1 -2 -3                 |
                    copies             |                        | x[4,3] -> y[4,3] z[4,3]     | -1 -2 -3, -1 -2 -3       |
                    constant           |                        | x[4,3] -> y[4,3] w[3]       | -1 -2 -3, 7 8 9          |
                    unranked output    |                        | x[1,2,2,2] -> y[1,2,2,2]    | -1.3416 -0.4472 0.4472   |
                    wrong rank         |                        | x[4,3] -> y[4,3]            | -1 -2 -3                 | output y has the shape [4, 3], not [12]
                    wrong sizes        |                        | x[4,3] -> y[4,3]            | -1 -2 -3                 | not [3, 4]
                    told               |                        | x[4,3] s[2] -> y[4,3]       | 1 2 3                    |
                    Neg(batch,3)       |                        | x[1,3] -> y[1,3]            | -1 -2 -3                 | dimension batch of input x [batch,3] is open and taken as 1; another size: --dim batch=N
                    Neg(batch,3)       | --dim batch=2          | x[2,3] -> y[2,3]            | -1 -2 -3                 |
                    Neg(batch,3)       | --shape x=2,3          | x[2,3] -> y[2,3]            | -1 -2 -3                 |
                    Neg(2,past)        | --dim past=0           | x[2,0] -> y[2,0]            |                          |
                    Neg(0,3)           |                        | x[0,3] -> y[0,3]            |                          |
                    Neg(-1,3)          |                        | x[1,3] -> y[1,3]            | -1 -2 -3                 | the first dimension of input x [?,3] is open and taken as 1; another size: --shape x=N,3
                    Neg(-1,3)          | --shape x=2,3          | x[2,3] -> y[2,3]            | -1 -2 -3                 |
                    Neg(,3)            |                        | x[1,3] -> y[1,3]            | -1 -2 -3                 | --shape x=N,3
                    Neg(1,?,?)         | --shape x=1,2,5        | x[1,2,5] -> y[1,2,5]        | -1 -2 -3                 |
                    Neg(None,None)     | --shape x=2,3          | x[2,3] -> y[2,3]            | -1 -2 -3                 |
                    Neg(dyn,dyn)       | --dim dyn=2            | x[2,2] -> y[2,2]            | -1 -2 -3                 |
                    Neg(dyn,dyn)       | --shape x=2,3          | x[2,3] -> y[2,3]            | -1 -2 -3                 | dimension dyn is 2 and 3
                    pair               | --shape a=2,3          | a[2,3] b[2,3] -> y[2,3]     | 2 4 6                    |
                    unranked           | --shape x=2,2          | x[2,2] -> y[2,2]            | -1 -2 -3                 |
                    unranked           | --shape x=             | x[] -> y[]                  | -1                       |
                    top                | --fix k=2              | x[4,3] -> v[4,2] i[4,2]     | 3 2 6, 2 1 2             |
                    range              | --fix start=5 --fix limit=11 --fix delta=2  | -> y[3] | 5 7 9                  |
                    range of fractions | --fix start=1 --fix limit=2 --fix delta=.25 | -> y[4] | 1 1.25 1.5             |
                    Reshape            | --fix s=2,-1           | x[4,3] -> y[2,6]            | 1 2 3                    |
                    Expand             | --fix s=2,1,3          | x[4,3] -> y[2,4,3]          | 1 2 3                    |
                    pair               | --fix b=5 --dim n=3    | a[3,3] -> y[3,3]            | 6 7 8                    |
                    sum                | --fix b=5,6 --dim n=2  | a[2,1] -> y[2,1]            | 6 8                      |
                    branches           | --fix rate=16000 --dim n=1 | x[1,3] -> y[3]          | 1 2 3                    |
                    branches           | --dim n=1              | x[1,3] rate[] -> y[3]       | 1 2 3                    |
                    default            |                        | x[4,3] -> y[4,3]            | 2 4 6                    |
                    default            | --fix alpha=3          | x[4,3] -> y[4,3]            | 3 6 9                    |
                    default            | --shape alpha=         | x[4,3] alpha[] -> y[4,3]    | 1 2 3                    |
                    """)
    void computes(String model, String options, String signature, String values, String note) {
        Compiled graph = Lab.compile(OddGraphs.named(model), Wanted.of(options));
        assertThat(signature(graph)).isEqualTo(signature);
        assertThat(String.join("\n", graph.notes())).contains(note == null ? "" : note);
        assertThat(graph.notes()).hasSize(note == null ? 0 : 1);
        assertThat(run(graph)).startsWith(values == null ? "" : values);
    }

    static Stream<String> names() {
        return Stream.of("x😀", "a=b", "a\tb", "two\nlines", "\"q\"", "a b", "n".repeat(70_000));
    }

    @ParameterizedTest
    @MethodSource("names")
    void takesAnyName(String name) {
        Compiled graph = Lab.compile(OddGraphs.of(name));
        assertThat(signature(graph)).isEqualTo(name + "[4,3] -> y[4,3]");
        assertThat(run(graph)).isEqualTo("-1 -2 -3");
    }

    @Test
    void aBooleanThatIsPassedOnIsTrueOrFalse() {
        Image image = Image.of(Lab.compile(OddGraphs.named("truth")));
        try (Bench bench = Bench.of(image, Lab.OWN)) {
            bench.in().getFirst().copyFrom(MemorySegment.ofArray(new byte[] {0, 1, 2, -1}));
            bench.invocation().run();
            assertThat(bench.out().getFirst().toArray(JAVA_BYTE)).containsExactly(0, 1, 1, 1);
            assertThat(bench.out().getLast().toArray(JAVA_BYTE)).containsExactly(1, 0, 0, 0);
        }
    }

    private static String signature(Compiled graph) {
        return Stream.of(graph.inputs().stream(), Stream.of("->"), graph.outputs().stream())
                .flatMap(part -> part)
                .map(
                        part ->
                                part instanceof dev.glia.runtime.TensorInfo tensor
                                        ? tensor.name() + tensor.shape()
                                        : part.toString())
                .collect(Collectors.joining(" "))
                .replace(", ", ",");
    }

    /** {@return the first three values of each output} */
    private static String run(Compiled graph) {
        try (Bench bench = Bench.of(Image.of(graph), Lab.OWN)) {
            for (int i = 0; i < graph.inputs().size(); i++) {
                count(graph.inputs().get(i).dtype(), bench.in().get(i));
            }
            assertThat(bench.invocation().run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            return IntStream.range(0, graph.outputs().size())
                    .mapToObj(i -> first(graph.outputs().get(i).dtype(), bench.out().get(i)))
                    .collect(Collectors.joining(", "));
        }
    }

    /** 1, 2, 3 ... in floating point; ones in whole numbers, which decide shapes. */
    private static void count(DType type, MemorySegment memory) {
        for (long i = 0; i < memory.byteSize() / type.bytes(); i++) {
            if (type == DType.FLOAT32) {
                memory.setAtIndex(JAVA_FLOAT, i, i + 1);
            } else {
                memory.setAtIndex(JAVA_LONG, i, 1);
            }
        }
    }

    private static String first(DType type, MemorySegment memory) {
        return IntStream.range(0, (int) Math.min(3, memory.byteSize() / type.bytes()))
                .mapToDouble(
                        i ->
                                type == DType.FLOAT32
                                        ? memory.getAtIndex(JAVA_FLOAT, i)
                                        : memory.getAtIndex(JAVA_LONG, i))
                .mapToObj(value -> String.valueOf(Math.round(value * 1e4) / 1e4))
                .map(value -> value.endsWith(".0") ? value.substring(0, value.length() - 2) : value)
                .collect(Collectors.joining(" "));
    }
}

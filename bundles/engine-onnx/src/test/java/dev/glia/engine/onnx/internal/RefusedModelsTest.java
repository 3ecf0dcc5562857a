package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.glia.engine.onnx.internal.Lab.Wanted;
import dev.glia.runtime.NrtException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is refused when it is compiled: one status for one cause, and a message that names the
 * tensor, the operator, the type or the limit, and the next step, without the source code of ONNX
 * Runtime.
 */
class RefusedModelsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            useHeadersInDisplayName = true,
            textBlock =
                    """
                    model              | options               | status     | says
                    Neg(batch,seq)     |                       | INVALID    | input x [batch,seq]; compile with --dim seq=N,
                    Neg(1,?,,3)        |                       | INVALID    | input x [1,?,?,3]; compile with --shape x=1,N,N,3,
                    Neg(a b,c d)       |                       | INVALID    | compile with --dim 'c d=N',
                    Neg(batch,seq)     | --dim btach=2         | INVALID    | no open dimension btach; it has batch, seq
                    Neg(1,?)           | --dim ?=2             | INVALID    | no open dimension ?; --shape NAME=N,N
                    Neg(batch,seq)     | --dim seq=-1          | INVALID    | dimension seq is to be -1; at least 0
                    Neg(batch,seq)     | --shape x=2,-4        | INVALID    | input x is to be -4
                    Neg(-1,3)          | --shape x=4,4         | INVALID    | --shape x=4,4 does not fit input x [?,3]: dimension 1 is fixed to 3
                    Neg(-1,3)          | --shape x=4,3,1       | INVALID    | number of dimensions is 2
                    Neg(batch,seq)     | --dim seq=4 --shape x=2,5 | INVALID | --shape x=2,5; --dim seq=4
                    Neg(batch,seq)     | --shape z=1           | INVALID    | no input z; it has x
                    unranked           |                       | INVALID    | input x of unknown shape; --shape x=N,N
                    Neg(n)             | --shape x=9223372036854775807 | INVALID | x
                    large              | --dim n=137438953472  | RESOURCE   | output y; 4398046511104 bytes of native memory; choose smaller sizes
                    top                |                       | INVALID    | output v depends on the values; --fix k=N
                    range              |                       | INVALID    | --fix delta=N --fix limit=N --fix start=N
                    range of fractions |                       | INVALID    | --fix delta=N
                    Reshape            |                       | INVALID    | output y may depend on the values; --fix s=N
                    Expand             |                       | INVALID    | --fix s=N
                    Tile               |                       | INVALID    | --fix s=N
                    trap               |                       | INVALID    | [1, 0] for zeros; for random values; Cut what comes from NonZero i
                    boxes              |                       | INVALID    | Cut what comes from NonMaxSuppression y
                    unique             |                       | INVALID    | Cut what comes from Unique y
                    grows              |                       | RESOURCE   | operator Expand (e); 17179869184 bytes of native memory; smaller
                    top                | --fix k=2.5           | INVALID    | input k [1] cannot be fixed to [2.5]: 2.5 is no int64
                    top                | --fix k=1e30          | INVALID    | is no int64
                    top                | --fix k=1e999999999   | INVALID    | is no int64
                    top                | --fix k=1,2           | INVALID    | its shape [1] takes 1
                    top                | --fix k=9             | INVALID    | TopK
                    top                | --fix q=2             | INVALID    | no input q; it has x, k
                    sequence in        |                       | UNSUPPORTED_NEFF_VERSION | input x is a sequence
                    sequence out       |                       | UNSUPPORTED_NEFF_VERSION | output y is a sequence
                    optional in        |                       | UNSUPPORTED_NEFF_VERSION | input x is an optional value
                    optional out       |                       | UNSUPPORTED_NEFF_VERSION | output y is an optional value
                    untyped            |                       | INVALID    | input x has no type
                    texts              |                       | UNSUPPORTED_NEFF_VERSION | input x; string
                    int4               |                       | UNSUPPORTED_NEFF_VERSION | input x; int4
                    double out         |                       | UNSUPPORTED_NEFF_VERSION | output y; double
                    custom             |                       | UNSUPPORTED_NEFF_VERSION | no operator MyOp (y) of the domain my.corp; standard
                    imported custom    |                       | UNSUPPORTED_NEFF_VERSION | no operator MyOp of the domain my.corp; standard
                    Relux(4,3)         |                       | UNSUPPORTED_NEFF_VERSION | no operator Relux (y); opset
                    no kernel          |                       | UNSUPPORTED_NEFF_VERSION | no kernel for operator BitShift (j); x is uint16; Cast
                    no kernel within   |                       | UNSUPPORTED_NEFF_VERSION | no kernel for operator BitShift (j); i is uint16; Cast
                    old operators      |                       | UNSUPPORTED_NEFF_VERSION | operator Add (y); version 5; begin with version 7
                    new operators      |                       | UNSUPPORTED_NEFF_VERSION | version 99; for opset 26
                    new format         |                       | UNSUPPORTED_NEFF_VERSION | version 99; ir_version 13
                    two types          |                       | INVALID    | operator Add (y) is given float and int64
                    misfit             |                       | INVALID    | operator MatMul (y): Incompatible
                    attribute          |                       | INVALID    | operator Relu (y); foo
                    no output          |                       | INVALID    | has no outputs
                    NUL                |                       | INVALID    | an input is called "a\\u0000b"; no NUL
                    no name            |                       | INVALID    | an input is called ""
                    two inputs         |                       | INVALID    | two inputs x
                    from nowhere       |                       | INVALID    | 'z'
                    many inputs        |                       | INVALID    | more than 65536 inputs and outputs
                    short data         |                       | INVALID    | tensor w has 8 bytes; float [3] takes 12
                    long data          |                       | INVALID    | tensor w has 16 bytes; takes 12
                    impossible data    |                       | INVALID    | tensor w has the impossible shape [-3]
                    """)
    void isRefused(String model, String options, String status, String words) {
        NrtException refused =
                catchThrowableOfType(
                        NrtException.class,
                        () -> Lab.compile(RefusedGraphs.named(model), Wanted.of(options)));
        assertThat(refused).isNotNull().hasMessageContainingAll(words.split("; "));
        assertThat(refused.status()).hasToString("NRT_" + status);
        assertThat(refused.getMessage())
                .doesNotContain("onnxruntime", "ONNXRuntimeError", ".cc:", ".h:", "::")
                .doesNotContain("OrtValue", "Name:''", "node with name", "Non-zero status");
    }
}

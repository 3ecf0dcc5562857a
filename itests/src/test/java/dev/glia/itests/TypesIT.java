package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.DType;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;

/**
 * Every element type goes through a model bit by bit, or is refused by its name; bfloat16 computes.
 */
class TypesIT {
    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(Provision.core(), Provision.instance("trn1.2xlarge"));

    private static final int IR_VERSION = 10;
    private static final int OPSET = 21;

    @ParameterizedTest
    @CsvSource({
        "1,FLOAT32",
        "2,UINT8",
        "3,INT8",
        "4,UINT16",
        "5,INT16",
        "6,INT32",
        "7,INT64",
        "9,UINT8",
        "10,FLOAT16",
        "12,UINT32",
        "13,UINT64",
        "16,BFLOAT16",
        "17,FLOAT8E4",
        "19,FLOAT8E5"
    })
    void goesThroughAsItIs(int onnx, DType dtype, Container container, NeuronRuntime runtime) {
        try (Model model = runtime.load(identity(container, onnx));
                Execution run = model.prepare()) {
            assertThat(model.info().tensors()).allMatch(tensor -> tensor.dtype() == dtype);
            var bytes = new byte[(int) run.input("x").info().bytes()];
            new Random(onnx).nextBytes(bytes);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] &= (byte) (onnx == 9 ? 1 : 0x37); // a Boolean, or no NaN
            }
            run.input("x").asByteBuffer().put(0, bytes);
            run.execute();
            assertThat(run.output("y").segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "8,string",
        "11,double",
        "14,complex64",
        "15,complex128",
        "18,float8e4m3fnuz",
        "20,float8e5m2fnuz"
    })
    void isRefusedByName(int onnx, String name, Container container) {
        assertThatThrownBy(() -> identity(container, onnx))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        refused ->
                                assertThat(refused.status())
                                        .isIn(
                                                NrtStatus.NRT_INVALID,
                                                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION))
                .hasMessageContaining(name);
    }

    /** Squares of 1.0234375, 1.9921875, -1 and 2^127, rounded. */
    @Test
    void computesInBfloat16(Container container, NeuronRuntime runtime) {
        OnnxMessage square =
                new OnnxMessage().text(1, "x").text(1, "x").text(2, "y").text(4, "Mul");
        try (Model model = runtime.load(neff(container, "square", square, 16));
                Execution run = model.prepare()) {
            run.input("x")
                    .asShortBuffer()
                    .put(new short[] {0x3f83, 0x3fff, (short) 0xbf80, 0x7f00});
            run.execute();
            assertThat(run.output("y").segment().toArray(ValueLayout.JAVA_SHORT))
                    .containsExactly(0x3f86, 0x407e, 0x3f80, 0x7f80);
        }
    }

    private static Path identity(Container container, int elementType) {
        OnnxMessage node = new OnnxMessage().text(1, "x").text(2, "y").text(4, "Identity");
        return neff(container, "identity", node, elementType);
    }

    /** One node from x to y over {@code [1,4]}; the type is as ONNX numbers it. */
    private static Path neff(Container container, String name, OnnxMessage node, int elementType) {
        OnnxMessage graph =
                new OnnxMessage()
                        .message(1, node)
                        .text(2, name)
                        .message(11, tensor("x", elementType))
                        .message(12, tensor("y", elementType));
        byte[] model =
                new OnnxMessage()
                        .number(1, IR_VERSION)
                        .message(7, graph)
                        .message(8, new OnnxMessage().number(2, OPSET))
                        .toByteArray();
        return ScaleModel.neff(container, name, model, "trn1", 0);
    }

    private static OnnxMessage tensor(String name, int elementType) {
        OnnxMessage shape =
                new OnnxMessage()
                        .message(1, new OnnxMessage().number(1, 1))
                        .message(1, new OnnxMessage().number(1, 4));
        OnnxMessage type = new OnnxMessage().number(1, elementType).message(2, shape);
        return new OnnxMessage().text(1, name).message(2, new OnnxMessage().message(1, type));
    }
}

package dev.glia.itests;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@code y = x W} with a matrix of tens of megabytes, as ONNX bytes. */
final class MatrixModel {

    static final int ROWS = 4096;

    /** How many bytes of weights it has. */
    static final long WEIGHTS = (long) ROWS * ROWS * Float.BYTES;

    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final int FLOAT = 1;

    private MatrixModel() {}

    /** {@return the model with its weights within} */
    static byte[] onnx() {
        return onnx(new OnnxMessage().bytes(9, weights()));
    }

    /** {@return the model with its weights in a file beside it} */
    static byte[] onnx(String file) {
        return onnx(
                new OnnxMessage()
                        .message(13, new OnnxMessage().text(1, "location").text(2, file))
                        .number(14, 1));
    }

    /** {@return the weights, row by row} */
    static byte[] weights() {
        ByteBuffer matrix =
                ByteBuffer.allocate(Math.toIntExact(WEIGHTS)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ROWS * ROWS; i++) {
            matrix.putFloat(i / ROWS == i % ROWS ? 3 : i % 7 * 1e-9f);
        }
        return matrix.array();
    }

    private static byte[] onnx(OnnxMessage weight) {
        weight.number(1, ROWS).number(1, ROWS).number(2, FLOAT).text(8, "w");
        OnnxMessage product =
                new OnnxMessage().text(1, "x").text(1, "w").text(2, "y").text(4, "MatMul");
        OnnxMessage graph =
                new OnnxMessage()
                        .message(1, product)
                        .text(2, "matrix")
                        .message(5, weight)
                        .message(11, vector("x"))
                        .message(12, vector("y"));
        return new OnnxMessage()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new OnnxMessage().number(2, OPSET))
                .toByteArray();
    }

    private static OnnxMessage vector(String name) {
        OnnxMessage shape =
                new OnnxMessage()
                        .message(1, new OnnxMessage().number(1, 1))
                        .message(1, new OnnxMessage().number(1, ROWS));
        OnnxMessage type = new OnnxMessage().number(1, FLOAT).message(2, shape);
        return new OnnxMessage().text(1, name).message(2, new OnnxMessage().message(1, type));
    }
}

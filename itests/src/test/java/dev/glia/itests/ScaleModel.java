package dev.glia.itests;

import dev.glia.itests.container.Container;
import dev.glia.runtime.NeffCompiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The smallest model whose results can be told apart: {@code y = 3 x} over {@code float32 [1,4]},
 * as ONNX bytes.
 */
public final class ScaleModel {
    public static final float FACTOR = 3;
    static final int SIZE = 4;

    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final int FLOAT = 1;

    private ScaleModel() {}

    /**
     * {@return a NEFF with this model}
     *
     * @param container whose compiler is used
     * @param architecture the architecture it is for
     */
    public static Path neff(Container container, String architecture) {
        return neff(container, architecture, 0);
    }

    /**
     * {@return a NEFF with this model}
     *
     * @param container whose compiler is used
     * @param architecture the architecture it is for
     * @param lnc physical cores per logical core, 0 for the default
     */
    static Path neff(Container container, String architecture, int lnc) {
        return neff(container, "scale", onnx(), architecture, lnc);
    }

    /**
     * {@return a NEFF with a model}
     *
     * @param container whose compiler is used
     * @param name the name of the model
     * @param onnx the model
     * @param architecture the architecture it is for
     * @param lnc physical cores per logical core, 0 for the default
     */
    public static Path neff(
            Container container, String name, byte[] onnx, String architecture, int lnc) {
        try {
            Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), name);
            Path source = Files.write(folder.resolve(name + ".onnx"), onnx);
            Path target = folder.resolve(name + "-" + architecture + ".neff");
            container
                    .service(NeffCompiler.class)
                    .compile(NeffCompiler.Request.of(source, target, architecture).lnc(lnc));
            return target;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public static byte[] onnx() {
        return onnx(SIZE);
    }

    /**
     * {@return the model over tensors of another size, as ONNX bytes}
     *
     * @param size how many floats they have
     */
    public static byte[] onnx(long size) {
        ByteBuffer factor =
                ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, FACTOR);
        OnnxMessage weight =
                new OnnxMessage()
                        .number(1, 1)
                        .number(2, FLOAT)
                        .text(8, "w")
                        .bytes(9, factor.array());
        OnnxMessage mul = new OnnxMessage().text(1, "x").text(1, "w").text(2, "y").text(4, "Mul");
        OnnxMessage graph =
                new OnnxMessage()
                        .message(1, mul)
                        .text(2, "scale")
                        .message(5, weight)
                        .message(11, tensor("x", size))
                        .message(12, tensor("y", size));
        return new OnnxMessage()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new OnnxMessage().number(2, OPSET))
                .toByteArray();
    }

    private static OnnxMessage tensor(String name, long size) {
        OnnxMessage shape =
                new OnnxMessage()
                        .message(1, new OnnxMessage().number(1, 1))
                        .message(1, new OnnxMessage().number(1, size));
        OnnxMessage type = new OnnxMessage().number(1, FLOAT).message(2, shape);
        return new OnnxMessage().text(1, name).message(2, new OnnxMessage().message(1, type));
    }
}

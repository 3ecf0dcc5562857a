package dev.glia.itests;

import dev.glia.itests.container.Container;
import dev.glia.runtime.NeffCompiler;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

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
    static Path neff(Container container, String architecture) {
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
        try {
            Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "scale");
            Path source = Files.write(folder.resolve("scale.onnx"), onnx());
            Path target = folder.resolve("scale-" + architecture + ".neff");
            container
                    .service(NeffCompiler.class)
                    .compile(
                            new NeffCompiler.Request(
                                    source,
                                    target,
                                    architecture,
                                    Optional.empty(),
                                    lnc,
                                    Map.of(),
                                    true));
            return target;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public static byte[] onnx() {
        ByteBuffer factor =
                ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, FACTOR);
        Message weight =
                new Message().number(1, 1).number(2, FLOAT).text(8, "w").bytes(9, factor.array());
        Message mul = new Message().text(1, "x").text(1, "w").text(2, "y").text(4, "Mul");
        Message graph =
                new Message()
                        .message(1, mul)
                        .text(2, "scale")
                        .message(5, weight)
                        .message(11, tensor("x"))
                        .message(12, tensor("y"));
        return new Message()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().number(2, OPSET))
                .toByteArray();
    }

    private static Message tensor(String name) {
        Message shape =
                new Message()
                        .message(1, new Message().number(1, 1))
                        .message(1, new Message().number(1, SIZE));
        Message type = new Message().number(1, FLOAT).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, type));
    }

    /** A protobuf message under construction; the numbers are those of the ONNX schema. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int LENGTH_DELIMITED = 2;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toByteArray());
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | LENGTH_DELIMITED);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            while (rest > 0x7f) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}

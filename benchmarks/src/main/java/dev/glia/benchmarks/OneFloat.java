package dev.glia.benchmarks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The smallest useful ONNX model, {@code y = x * 2} on one float32: whatever a request costs here
 * is not computing. Written as the few protobuf fields that it needs, so that the benchmarks depend
 * on no tool for graphs.
 */
final class OneFloat {
    /** What goes in, and what has to come out. */
    static final float INPUT = 21;

    static final float OUTPUT = 42;

    private static final int FLOAT = 1;
    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;

    private OneFloat() {}

    /** {@return the ONNX model: input {@code x}, output {@code y}, both float32 [1]} */
    static byte[] onnx() {
        Message node = new Message().text(1, "x").text(1, "two").text(2, "y").text(4, "Mul");
        Message two =
                new Message()
                        .number(1, 1)
                        .number(2, FLOAT)
                        .text(8, "two")
                        .bytes(9, new byte[] {0, 0, 0, 0x40});
        Message graph =
                new Message()
                        .message(1, node)
                        .text(2, "one-float")
                        .message(5, two)
                        .message(11, oneFloat("x"))
                        .message(12, oneFloat("y"));
        return new Message()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().number(2, OPSET))
                .toByteArray();
    }

    private static Message oneFloat(String name) {
        Message shape = new Message().message(1, new Message().number(1, 1));
        Message tensor = new Message().number(1, FLOAT).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** A protobuf message in the making. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int LENGTH = 2;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | LENGTH);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toByteArray());
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

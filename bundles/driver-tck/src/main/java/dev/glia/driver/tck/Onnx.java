package dev.glia.driver.tck;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes the two graphs of the checks as ONNX; the numbers are those of its schema. */
final class Onnx {
    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int BOOL = 9;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_GRAPH = 5;

    private Onnx() {}

    static byte[] scale() {
        return model(
                new Message()
                        .message(1, node("Mul", "y", "x", "w"))
                        .text(2, "scale")
                        .message(5, number("w", Graphs.FACTOR))
                        .message(11, tensor("x"))
                        .message(12, tensor("y")));
    }

    /** A loop of more trips than anybody has time for, with a condition that never changes. */
    static byte[] spin() {
        Message body =
                new Message()
                        .message(1, node("Identity", "cond_out", "cond_in"))
                        .message(1, node("Identity", "v_out", "v_in"))
                        .text(2, "body")
                        .message(11, value("trip", INT64))
                        .message(11, value("cond_in", BOOL))
                        .message(11, tensor("v_in"))
                        .message(12, value("cond_out", BOOL))
                        .message(12, tensor("v_out"));
        return model(
                new Message()
                        .message(
                                1,
                                node("ReduceMax", "most", "x")
                                        .message(
                                                5,
                                                new Message()
                                                        .text(1, "keepdims")
                                                        .number(3, 0)
                                                        .number(20, ATTRIBUTE_INT)))
                        .message(1, node("Greater", "go", "most", "zero"))
                        .message(
                                1,
                                node("Loop", "y", "trips", "go", "x")
                                        .message(
                                                5,
                                                new Message()
                                                        .text(1, "body")
                                                        .message(6, body)
                                                        .number(20, ATTRIBUTE_GRAPH)))
                        .text(2, "spin")
                        .message(5, number("zero", 0))
                        .message(5, number("trips", 1L << 50))
                        .message(11, tensor("x"))
                        .message(12, tensor("y")));
    }

    private static byte[] model(Message graph) {
        return new Message()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().number(2, OPSET))
                .toByteArray();
    }

    private static Message node(String operator, String output, String... inputs) {
        var node = new Message();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(4, operator);
    }

    private static Message number(String name, float value) {
        return scalar(name, FLOAT, bytes(Float.BYTES).putFloat(0, value));
    }

    private static Message number(String name, long value) {
        return scalar(name, INT64, bytes(Long.BYTES).putLong(0, value));
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Message scalar(String name, int type, ByteBuffer value) {
        return new Message().number(2, type).text(8, name).bytes(9, value.array());
    }

    private static Message tensor(String name) {
        Message shape =
                new Message()
                        .message(1, new Message().number(1, 1))
                        .message(1, new Message().number(1, Graphs.SIZE));
        return typed(name, new Message().number(1, FLOAT).message(2, shape));
    }

    private static Message value(String name, int type) {
        return typed(name, new Message().number(1, type).message(2, new Message()));
    }

    private static Message typed(String name, Message type) {
        return new Message().text(1, name).message(2, new Message().message(1, type));
    }

    /** A protobuf message under construction. */
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

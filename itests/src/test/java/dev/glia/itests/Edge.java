package dev.glia.itests;

import dev.glia.runtime.DType;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Four elements at the edges of a type: zero of either sign, the least, the greatest, NaN or
 * infinity; and what ONNX calls the type.
 *
 * @param onnx the number of the type
 * @param dtype the type
 * @param numpy the name of the type in .npy files
 * @param bits the elements, little-endian
 * @param numbers what they are as float32
 */
record Edge(int onnx, DType dtype, String numpy, String bits, String numbers) {
    private static final int IR_VERSION = 10;
    private static final int OPSET = 21;
    private static final int FLOAT = 1;

    static final List<Edge> ALL =
            List.of(
                    new Edge(
                            1,
                            DType.FLOAT32,
                            "<f4",
                            "00000080 01000000 ffff7f7f 0000c07f",
                            "-0.0 1.4E-45 3.4028235E38 NaN"),
                    new Edge(2, DType.UINT8, "|u1", "00 01 7f ff", "0 1 127 255"),
                    new Edge(3, DType.INT8, "|i1", "00 7f 80 ff", "0 127 -128 -1"),
                    new Edge(4, DType.UINT16, "<u2", "0000 0100 ff7f ffff", "0 1 32767 65535"),
                    new Edge(5, DType.INT16, "<i2", "0000 ff7f 0080 ffff", "0 32767 -32768 -1"),
                    new Edge(
                            6,
                            DType.INT32,
                            "<i4",
                            "00000000 ffffff7f 00000080 ffffffff",
                            "0 2147483647 -2147483648 -1"),
                    new Edge(
                            7,
                            DType.INT64,
                            "<i8",
                            "0000000000000000 ffffffffffffff7f 0000000000000080 ffffffffffffffff",
                            "0 9223372036854775807 -9223372036854775808 -1"),
                    new Edge(9, DType.BOOL, "|b1", "00 01 02 ff", "0 1 1 1"),
                    new Edge(
                            10,
                            DType.FLOAT16,
                            "<f2",
                            "0080 0100 ff7b 007e",
                            "-0.0 5.9604645E-8 65504 NaN"),
                    new Edge(
                            12,
                            DType.UINT32,
                            "<u4",
                            "00000000 01000000 00000080 ffffffff",
                            "0 1 2147483648 4294967295"),
                    new Edge(
                            13,
                            DType.UINT64,
                            "<u8",
                            "0000000000000000 0100000000000000 0000000000000080 ffffffffffffffff",
                            "0 1 9223372036854775808 18446744073709551615"),
                    new Edge(
                            16,
                            DType.BFLOAT16,
                            "<V2",
                            "0080 0100 7f7f c07f",
                            "-0.0 9.18355E-41 3.3895314E38 NaN"),
                    new Edge(17, DType.FLOAT8E4, "|V1", "80 01 7e ff", "-0.0 0.001953125 448 NaN"),
                    new Edge(
                            19,
                            DType.FLOAT8E5,
                            "|V1",
                            "80 01 7c 7e",
                            "-0.0 1.5258789E-5 Infinity NaN"));

    byte[] bytes() {
        return HexFormat.of().parseHex(bits.replace(" ", ""));
    }

    /** {@return the bytes as a core has them: Booleans are 0 or 1} */
    byte[] clean() {
        byte[] bytes = bytes();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = dtype == DType.BOOL && bytes[i] != 0 ? 1 : bytes[i];
        }
        return bytes;
    }

    List<Float> floats() {
        return Arrays.stream(numbers.split(" ")).map(Float::valueOf).toList();
    }

    /**
     * {@return a model that gives each of its inputs {@code x}, all of [1,4], back as it is, as
     * {@code x_same}, and as float32, as {@code x_float}}
     *
     * @param inputs the numbers of their types, by their names
     */
    static byte[] model(Map<String, Integer> inputs) {
        OnnxMessage graph = new OnnxMessage().text(2, "edges");
        inputs.forEach(
                (name, type) -> {
                    graph.message(1, node("Identity", name, name + "_same"));
                    OnnxMessage to = new OnnxMessage().text(1, "to").number(3, FLOAT).number(20, 2);
                    graph.message(1, node("Cast", name, name + "_float").message(5, to));
                    graph.message(11, tensor(name, type));
                    graph.message(12, tensor(name + "_same", type));
                    graph.message(12, tensor(name + "_float", FLOAT));
                });
        return new OnnxMessage()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new OnnxMessage().number(2, OPSET))
                .toByteArray();
    }

    private static OnnxMessage node(String operator, String input, String output) {
        return new OnnxMessage().text(1, input).text(2, output).text(4, operator);
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

package dev.glia.itests;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.glia.device.ModelImage;
import dev.glia.neff.NeffWriter;
import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Files that Glia refuses, each at another step. */
final class RefusedFiles {
    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final byte[] NOISE = "no file of any kind".repeat(100).getBytes(US_ASCII);

    private final Path folder;

    RefusedFiles(Path folder) {
        this.folder = folder;
    }

    /** {@return graphs that cannot be compiled} */
    List<Path> graphs() throws IOException {
        return List.of(
                write("noise.onnx", NOISE),
                write("operator.onnx", model(unknownOperator())),
                write("sequence.onnx", model(sequence())),
                write("values.onnx", model(shapeFromValues())));
    }

    /**
     * {@return NEFFs that cannot be loaded}
     *
     * @param good one that can, on trn1
     * @param foreign one for a later architecture
     * @param writer writes others
     */
    List<Path> neffs(Path good, Path foreign, NeffWriter writer) throws IOException {
        byte[] whole = Files.readAllBytes(good);
        byte[] changed = whole.clone();
        changed[whole.length - 1] ^= 1;
        return List.of(
                write("noise.neff", NOISE),
                write("cut.neff", Arrays.copyOf(whole, whole.length / 2)),
                write("changed.neff", changed),
                foreign,
                packed(writer, "operator", model(unknownOperator()), "y"),
                packed(writer, "weights", model(missingWeights()), "y"),
                packed(writer, "tensors", ScaleModel.onnx(), "z"));
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private Path packed(NeffWriter writer, String name, byte[] onnx, String output) {
        Path target = folder.resolve(name + ".neff");
        MemorySegment graph = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_BYTE, onnx);
        writer.write(
                target,
                new NeffWriter.Content(
                        name,
                        "trn1",
                        1,
                        true,
                        List.of(tensor("x", TensorInfo.Usage.INPUT)),
                        List.of(tensor(output, TensorInfo.Usage.OUTPUT)),
                        new ModelImage.Graph("__onnx", "model.onnx"),
                        Map.of("model.onnx", graph)));
        return target;
    }

    private static TensorInfo tensor(String name, TensorInfo.Usage usage) {
        return new TensorInfo(name, usage, DType.FLOAT32, List.of(1L, 4L));
    }

    private static OnnxMessage unknownOperator() {
        return graph().message(1, node("NoSuch", "y", "x")).message(12, value("y", FLOAT));
    }

    private static OnnxMessage sequence() {
        OnnxMessage type = new OnnxMessage().message(4, new OnnxMessage().message(1, type(FLOAT)));
        return graph().message(1, node("SequenceConstruct", "s", "x"))
                .message(12, new OnnxMessage().text(1, "s").message(2, type));
    }

    /** A trial run makes a mebibyte of one output; the shape of the other depends on values. */
    private static OnnxMessage shapeFromValues() {
        ByteBuffer size = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        size.putLong(1 << 16).putLong(4);
        return graph().message(1, node("Expand", "y", "x", "size"))
                .message(1, node("NonZero", "z", "x"))
                .message(
                        5,
                        new OnnxMessage()
                                .number(1, 2)
                                .number(2, INT64)
                                .text(8, "size")
                                .bytes(9, size.array()))
                .message(12, value("y", FLOAT))
                .message(12, value("z", INT64));
    }

    private static OnnxMessage missingWeights() {
        return graph().message(1, node("Mul", "y", "x", "w"))
                .message(
                        5,
                        new OnnxMessage()
                                .number(1, 4)
                                .number(2, FLOAT)
                                .text(8, "w")
                                .message(13, entry("location", "weights.bin"))
                                .message(13, entry("length", "16"))
                                .number(14, 1))
                .message(12, value("y", FLOAT));
    }

    private static OnnxMessage entry(String key, String value) {
        return new OnnxMessage().text(1, key).text(2, value);
    }

    /** A graph with an input x of [1,4]. */
    private static OnnxMessage graph() {
        OnnxMessage shape =
                new OnnxMessage()
                        .message(1, new OnnxMessage().number(1, 1))
                        .message(1, new OnnxMessage().number(1, 4));
        OnnxMessage x = new OnnxMessage().number(1, FLOAT).message(2, shape);
        return new OnnxMessage()
                .text(2, "refused")
                .message(
                        11,
                        new OnnxMessage().text(1, "x").message(2, new OnnxMessage().message(1, x)));
    }

    private static OnnxMessage node(String operator, String output, String... inputs) {
        OnnxMessage node = new OnnxMessage();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(4, operator);
    }

    private static OnnxMessage value(String name, int elementType) {
        return new OnnxMessage().text(1, name).message(2, type(elementType));
    }

    private static OnnxMessage type(int elementType) {
        return new OnnxMessage().message(1, new OnnxMessage().number(1, elementType));
    }

    private static byte[] model(OnnxMessage graph) {
        return new OnnxMessage()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new OnnxMessage().number(2, OPSET))
                .toByteArray();
    }
}

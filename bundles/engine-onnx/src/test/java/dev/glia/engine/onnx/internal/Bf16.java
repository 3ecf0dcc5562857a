package dev.glia.engine.onnx.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.glia.device.GraphCompiler.Compiled;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.ProtoWriter;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The reference for bfloat16, and what tests of it need. */
final class Bf16 {
    static final int OPSET = 21;

    private Bf16() {}

    /** To the nearest value of bfloat16, from the middle to the even one. */
    static float round(float value) {
        if (Float.isNaN(value)) {
            return value;
        }
        int bits = Float.floatToRawIntBits(value);
        int below = bits & 0xffff0000;
        int rest = bits & 0xffff;
        boolean isOdd = (below & 0x10000) != 0;
        boolean up = rest > 0x8000 || rest == 0x8000 && isOdd;
        return Float.intBitsToFloat(up ? below + 0x10000 : below);
    }

    static float[] round(float... values) {
        float[] rounded = values.clone();
        for (int i = 0; i < values.length; i++) {
            rounded[i] = round(values[i]);
        }
        return rounded;
    }

    /** Multiples of 1/8 between -4 and 4: their products and sums are exact in float32. */
    static float[] eighths(int seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (random.nextInt(65) - 32) / 8f;
        }
        return values;
    }

    /** Of many magnitudes, and of bfloat16. */
    static float[] any(int seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * Math.exp(random.nextGaussian()));
        }
        return round(values);
    }

    static ByteBuffer data(float... values) {
        ByteBuffer data =
                ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putShort((short) (Float.floatToRawIntBits(round(value)) >>> Short.SIZE));
        }
        return data.flip();
    }

    /** An attribute that is a tensor of bfloat16. */
    static ProtoWriter tensor(String name, float[] values, long... dims) {
        ProtoWriter tensor = new ProtoWriter();
        for (long dim : dims) {
            tensor.varint(1, dim);
        }
        tensor.varint(2, ElementType.BFLOAT16.ordinal()).bytes(9, data(values));
        return new ProtoWriter().string(1, name).message(5, tensor).varint(20, 4);
    }

    static GraphAuthor cast(GraphAuthor graph, String from, String to, ElementType type) {
        return graph.node(
                "Cast", List.of(from), List.of(to), GraphAuthor.attribute("to", type.ordinal()));
    }

    /** Compiles, loads, runs once. */
    static List<float[]> run(byte[] model, float[]... inputs) {
        return run(Lab.compile(model), inputs);
    }

    static List<float[]> run(Compiled compiled, float[]... inputs) {
        try (Bench bench = Bench.of(Image.of(compiled), Lab.OWN)) {
            for (int i = 0; i < inputs.length; i++) {
                put(compiled.inputs().get(i), inputs[i], bench.in().get(i));
            }
            if (bench.invocation().run() != NrtStatus.NRT_SUCCESS) {
                throw new AssertionError("did not run");
            }
            List<float[]> outputs = new ArrayList<>();
            for (int i = 0; i < compiled.outputs().size(); i++) {
                outputs.add(get(compiled.outputs().get(i), bench.out().get(i)));
            }
            return outputs;
        }
    }

    private static void put(TensorInfo tensor, float[] values, MemorySegment memory) {
        for (int i = 0; i < values.length; i++) {
            switch (tensor.dtype()) {
                case BFLOAT16 ->
                        memory.setAtIndex(
                                JAVA_SHORT,
                                i,
                                (short) (Float.floatToRawIntBits(values[i]) >>> Short.SIZE));
                case FLOAT32 -> memory.setAtIndex(JAVA_INT, i, Float.floatToRawIntBits(values[i]));
                case INT64 -> memory.setAtIndex(JAVA_LONG, i, (long) values[i]);
                case INT32 -> memory.setAtIndex(JAVA_INT, i, (int) values[i]);
                case UINT8, BOOL, INT8 -> memory.setAtIndex(JAVA_BYTE, i, (byte) values[i]);
                default -> throw new AssertionError(tensor.dtype());
            }
        }
    }

    private static float[] get(TensorInfo tensor, MemorySegment memory) {
        float[] values = new float[(int) tensor.bytes() / tensor.dtype().bytes()];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (tensor.dtype()) {
                        case BFLOAT16 ->
                                Float.intBitsToFloat(
                                        memory.getAtIndex(JAVA_SHORT, i) << Short.SIZE);
                        case FLOAT16 -> Float.float16ToFloat(memory.getAtIndex(JAVA_SHORT, i));
                        case FLOAT32 -> memory.getAtIndex(JAVA_FLOAT, i);
                        case INT64 -> memory.getAtIndex(JAVA_LONG, i);
                        case INT32 -> memory.getAtIndex(JAVA_INT, i);
                        case INT16 -> memory.getAtIndex(JAVA_SHORT, i);
                        case UINT16 -> memory.getAtIndex(JAVA_SHORT, i) & 0xffff;
                        case INT8 -> memory.getAtIndex(JAVA_BYTE, i);
                        case UINT8, BOOL -> memory.getAtIndex(JAVA_BYTE, i) & 0xff;
                        default -> throw new AssertionError(tensor.dtype());
                    };
        }
        return values;
    }

    /** A node, for models that GraphAuthor cannot write. */
    static ProtoWriter node(
            String domain,
            String operator,
            List<String> inputs,
            String output,
            ProtoWriter... attributes) {
        ProtoWriter node = new ProtoWriter();
        inputs.forEach(input -> node.string(1, input));
        node.string(2, output).string(4, operator).string(7, domain);
        for (ProtoWriter attribute : attributes) {
            node.message(5, attribute);
        }
        return node;
    }

    /** The description of a value. */
    static ProtoWriter value(String name, ElementType type, long size) {
        ProtoWriter shape = new ProtoWriter().message(1, new ProtoWriter().varint(1, size));
        ProtoWriter tensor = new ProtoWriter().varint(1, type.ordinal()).message(2, shape);
        return new ProtoWriter().string(1, name).message(2, new ProtoWriter().message(1, tensor));
    }

    /** A model of a graph and functions of the domain "lab". */
    static byte[] model(ProtoWriter graph, ProtoWriter... functions) {
        ProtoWriter model =
                new ProtoWriter()
                        .varint(1, 8)
                        .message(7, graph.string(2, "graph"))
                        .message(8, new ProtoWriter().string(1, "").varint(2, OPSET))
                        .message(8, new ProtoWriter().string(1, "lab").varint(2, 1));
        for (ProtoWriter function : functions) {
            model.message(
                    25,
                    function.string(10, "lab")
                            .message(9, new ProtoWriter().string(1, "lab").varint(2, 1)));
        }
        return model.toByteArray();
    }

    static float[] product(float[] a, float[] b, int rows, int inner, int columns) {
        float[] product = new float[rows * columns];
        for (int i = 0; i < product.length; i++) {
            for (int k = 0; k < inner; k++) {
                product[i] += a[i / columns * inner + k] * b[k * columns + i % columns];
            }
        }
        return product;
    }

    static void softmax(float[] values, int columns) {
        for (int row = 0; row < values.length; row += columns) {
            float largest = Float.NEGATIVE_INFINITY;
            for (int i = row; i < row + columns; i++) {
                largest = Math.max(largest, values[i]);
            }
            float sum = 0;
            for (int i = row; i < row + columns; i++) {
                values[i] = (float) Math.exp(values[i] - largest);
                sum += values[i];
            }
            for (int i = row; i < row + columns; i++) {
                values[i] /= sum;
            }
        }
    }

    static float[] normalized(float[] values, int width, float[] scale, float[] shift) {
        float[] normalized = new float[values.length];
        for (int row = 0; row < values.length; row += width) {
            double mean = 0;
            for (int i = row; i < row + width; i++) {
                mean += values[i] / width;
            }
            double variance = 0;
            for (int i = row; i < row + width; i++) {
                variance += (values[i] - mean) * (values[i] - mean) / width;
            }
            for (int i = row; i < row + width; i++) {
                normalized[i] =
                        (float)
                                ((values[i] - mean) / Math.sqrt(variance + 1e-5) * scale[i - row]
                                        + shift[i - row]);
            }
        }
        return normalized;
    }
}

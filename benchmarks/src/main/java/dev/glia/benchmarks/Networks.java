package dev.glia.benchmarks;

import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** The models that are measured beside the one-float model. */
final class Networks {
    /** An ONNX file that takes the place of the generated network. */
    static final String FILE = "glia.benchmarks.model";

    private static final int OPSET = 17;

    /** Squeezed and expanded channels of the eight blocks, as SqueezeNet 1.1 has them. */
    private static final int[][] BLOCKS = {
        {16, 64}, {16, 64}, {32, 128}, {32, 128}, {48, 192}, {48, 192}, {64, 256}, {64, 256}
    };

    private Networks() {}

    /** {@return the network that is measured: a file if one is named, else the generated one} */
    static byte[] network() throws IOException {
        String file = System.getProperty(FILE);
        return file == null ? squeezing() : Files.readAllBytes(Path.of(file));
    }

    /** {@return {@code y = x * 2} on some float32} */
    static byte[] doubled(int floats) {
        return new GraphAuthor("doubled")
                .input("x", ElementType.FLOAT, floats)
                .output("y", ElementType.FLOAT, floats)
                .floats("two", new float[] {2}, 1)
                .node("Mul", List.of("x", "two"), List.of("y"))
                .model(OPSET);
    }

    /** {@return {@code y = x * factor} on one float32, another model for each factor} */
    static byte[] scaled(int factor) {
        return new GraphAuthor("scaled-" + factor)
                .input("x", ElementType.FLOAT, 1)
                .output("y", ElementType.FLOAT, 1)
                .floats("factor", new float[] {factor}, 1)
                .node("Mul", List.of("x", "factor"), List.of("y"))
                .model(OPSET);
    }

    /**
     * A network with the shape of SqueezeNet: 26 convolutions, 1.2 million random weights, one
     * picture of 224 by 224.
     */
    private static byte[] squeezing() {
        var network = new Layers();
        network.convolve(3, 64, 3, 2, 0);
        network.shrink();
        int channels = 64;
        for (int block = 0; block < BLOCKS.length; block++) {
            if (block == 2 || block == 4) {
                network.shrink();
            }
            network.fire(channels, BLOCKS[block][0], BLOCKS[block][1]);
            channels = 2 * BLOCKS[block][1];
        }
        network.convolve(channels, 1000, 1, 1, 0);
        return network.classify();
    }

    /** Layers one behind the other. */
    private static final class Layers {
        private final Random random = new Random(1);
        private final GraphAuthor graph =
                new GraphAuthor("squeezing")
                        .input("image", ElementType.FLOAT, 1, 3, 224, 224)
                        .output("classes", ElementType.FLOAT, 1, 1000);
        private String last = "image";
        private int values;

        void convolve(int from, int to, int kernel, int stride, int padding) {
            last = convolved(last, from, to, kernel, stride, padding);
        }

        private String convolved(
                String source, int from, int to, int kernel, int stride, int padding) {
            String name = "value" + values++;
            float[] weights = new float[to * from * kernel * kernel];
            for (int i = 0; i < weights.length; i++) {
                weights[i] =
                        (float) (random.nextGaussian() * Math.sqrt(2.0 / (from * kernel * kernel)));
            }
            graph.floats(name + "-weights", weights, to, from, kernel, kernel);
            graph.floats(name + "-bias", new float[to], to);
            graph.node(
                    "Conv",
                    List.of(source, name + "-weights", name + "-bias"),
                    List.of(name + "-sum"),
                    GraphAuthor.attribute("kernel_shape", pair(kernel)),
                    GraphAuthor.attribute("strides", pair(stride)),
                    GraphAuthor.attribute(
                            "pads",
                            List.of(
                                    (long) padding,
                                    (long) padding,
                                    (long) padding,
                                    (long) padding)));
            graph.node("Relu", List.of(name + "-sum"), List.of(name));
            return name;
        }

        void fire(int from, int squeezed, int expanded) {
            String narrow = convolved(last, from, squeezed, 1, 1, 0);
            String one = convolved(narrow, squeezed, expanded, 1, 1, 0);
            String three = convolved(narrow, squeezed, expanded, 3, 1, 1);
            last = "value" + values++;
            graph.node(
                    "Concat", List.of(one, three), List.of(last), GraphAuthor.attribute("axis", 1));
        }

        void shrink() {
            String name = "value" + values++;
            graph.node(
                    "MaxPool",
                    List.of(last),
                    List.of(name),
                    GraphAuthor.attribute("kernel_shape", pair(3)),
                    GraphAuthor.attribute("strides", pair(2)));
            last = name;
        }

        byte[] classify() {
            graph.node("GlobalAveragePool", List.of(last), List.of("average"));
            graph.node(
                    "Flatten",
                    List.of("average"),
                    List.of("scores"),
                    GraphAuthor.attribute("axis", 1));
            graph.node(
                    "Softmax",
                    List.of("scores"),
                    List.of("classes"),
                    GraphAuthor.attribute("axis", 1));
            return graph.model(OPSET);
        }

        private static List<Long> pair(long value) {
            return List.of(value, value);
        }
    }
}

package dev.glia.benchmarks;

import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/**
 * Writes models with large weights: {@code LargeModel FOLDER MEBIBYTES}. Layers of 32 MiB, once
 * with their weights in the ONNX file, once beside it.
 */
final class LargeModel {
    private static final int ROWS = 2048;
    private static final int COLUMNS = 4096;
    private static final int LAYER = ROWS * COLUMNS * Float.BYTES;

    private LargeModel() {}

    /** Writes them. */
    public static void main(String... arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        int mebibytes = Integer.parseInt(arguments[1]);
        int layers = (int) ((long) mebibytes * 1024 * 1024 / LAYER);
        GraphAuthor within = author(layers);
        GraphAuthor beside = author(layers);
        Path file = folder.resolve("weights" + mebibytes + ".data");
        Random random = new Random(mebibytes);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int layer = 0; layer < layers; layer++) {
                ByteBuffer weights = weights(random);
                long offset = (long) layer * LAYER;
                while (weights.hasRemaining()) {
                    channel.write(weights, offset + weights.position());
                }
                weights.flip();
                within.constant("w" + layer, ElementType.FLOAT, weights, shape(layer));
                beside.external(
                        "w" + layer,
                        ElementType.FLOAT,
                        file.getFileName().toString(),
                        offset,
                        LAYER,
                        shape(layer));
            }
        }
        Files.write(folder.resolve("within" + mebibytes + ".onnx"), within.model(17));
        Files.write(folder.resolve("beside" + mebibytes + ".onnx"), beside.model(17));
    }

    private static GraphAuthor author(int layers) {
        GraphAuthor author =
                new GraphAuthor("large")
                        .input("x0", ElementType.FLOAT, 1, ROWS)
                        .output(
                                "x" + layers,
                                ElementType.FLOAT,
                                1,
                                layers % 2 == 0 ? ROWS : COLUMNS);
        for (int layer = 0; layer < layers; layer++) {
            author.node("MatMul", List.of("x" + layer, "w" + layer), List.of("x" + (layer + 1)));
        }
        return author;
    }

    private static long[] shape(int layer) {
        return layer % 2 == 0 ? new long[] {ROWS, COLUMNS} : new long[] {COLUMNS, ROWS};
    }

    private static ByteBuffer weights(Random random) {
        ByteBuffer weights = ByteBuffer.allocate(LAYER).order(ByteOrder.LITTLE_ENDIAN);
        while (weights.hasRemaining()) {
            weights.putFloat((random.nextInt() >> 8) * 0x1p-30f);
        }
        return weights.flip();
    }
}

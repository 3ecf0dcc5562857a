package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.glia.engine.onnx.internal.Lab.Bench;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

class EdgesSampleTest {
    private static final int SIDE = 256;

    /**
     * With -Dglia.write.sample=true it writes the resource instead, for whoever changed the sample.
     */
    @Test
    void theResourceIsWhatTheGeneratorWrites() throws IOException {
        if (Boolean.getBoolean("glia.write.sample")) {
            Files.write(Path.of("src/main/resources/META-INF/glia/edges.onnx"), EdgesSample.onnx());
        }
        try (InputStream resource =
                EdgesSample.class.getResourceAsStream("/META-INF/glia/edges.onnx")) {
            assertThat(resource.readAllBytes()).isEqualTo(EdgesSample.onnx());
        }
    }

    @Test
    void findsEdges() {
        float[] image = new float[SIDE * SIDE];
        Random random = new Random(1);
        for (int i = 0; i < image.length; i++) {
            image[i] = i % SIDE >= 100 && i / SIDE >= 40 ? 1 : random.nextFloat() / 4;
        }
        try (Bench bench = Bench.of(EdgesSample.onnx())) {
            bench.in().getFirst().copyFrom(MemorySegment.ofArray(image));
            bench.invocation().run();
            assertThat(bench.out().getFirst().toArray(JAVA_FLOAT))
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(expected(image));
        }
    }

    private static float[] expected(float[] image) {
        float[] edges = new float[image.length];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double across = 0;
                double down = 0;
                for (int k = -1; k <= 1; k++) {
                    int weight = k == 0 ? 2 : 1;
                    across += weight * (at(image, x + 1, y + k) - at(image, x - 1, y + k));
                    down += weight * (at(image, x + k, y + 1) - at(image, x + k, y - 1));
                }
                edges[y * SIDE + x] = (float) Math.min(1, Math.hypot(across, down) / 4);
            }
        }
        return edges;
    }

    private static double at(float[] image, int x, int y) {
        return image[Math.clamp(y, 0, SIDE - 1) * SIDE + Math.clamp(x, 0, SIDE - 1)];
    }
}

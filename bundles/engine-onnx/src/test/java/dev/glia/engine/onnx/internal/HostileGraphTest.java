package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Damaged graphs in ONNX Runtime's own format: each is refused with a status, or computes
 * something. A crash would end the tests.
 */
class HostileGraphTest {
    private static final int CHANNELS = 16;
    private static final int ROUNDS = Integer.getInteger("glia.hostile.graphs", 1500);

    private static Image image() {
        float[] weights = new float[CHANNELS * CHANNELS * 9];
        Random random = new Random(9);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextFloat();
        }
        byte[] onnx =
                new GraphAuthor("hostile")
                        .input("x", ElementType.FLOAT, 1, CHANNELS, 6, 6)
                        .output("y", ElementType.FLOAT, 1, CHANNELS, 4, 4)
                        .floats("w", weights, CHANNELS, CHANNELS, 3, 3)
                        .node("Conv", List.of("x", "w"), List.of("c"))
                        .node("Relu", List.of("c"), List.of("r"))
                        .node("Sigmoid", List.of("r"), List.of("y"))
                        .model(Graphs.OPSET);
        return Image.of(Lab.compile(onnx));
    }

    private static MemorySegment damaged(MemorySegment graph, Random random) {
        MemorySegment copy = Arena.ofAuto().allocate(graph.byteSize(), 64).copyFrom(graph);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt((int) graph.byteSize() - Integer.BYTES);
            switch (random.nextInt(4)) {
                case 0 -> copy.set(JAVA_BYTE, at, (byte) random.nextInt());
                case 1 -> flip(copy, at, random.nextInt(Byte.SIZE));
                case 2 -> copy.set(JAVA_INT_UNALIGNED, at & -Integer.BYTES, random.nextInt());
                default -> copy.set(JAVA_INT_UNALIGNED, at & -Integer.BYTES, random.nextInt(300));
            }
        }
        return copy;
    }

    private static void flip(MemorySegment bytes, int at, int bit) {
        bytes.set(JAVA_BYTE, at, (byte) (bytes.get(JAVA_BYTE, at) ^ 1 << bit));
    }

    private static Image with(Image image, String member, MemorySegment bytes) {
        Map<String, MemorySegment> members = new HashMap<>(image.members());
        members.put(member, bytes);
        return new Image(members, image.graphs(), image.inputs(), image.outputs());
    }

    @Test
    void survivesDamagedGraphs() {
        Image image = image();
        String member = OnnxEngine.laidOut("model.onnx", Lab.RUNTIME.ort());
        MemorySegment graph = image.members().get(member);
        int refused = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            Image hostile = with(image, member, damaged(graph, new Random(seed)));
            try (Bench bench = Bench.of(hostile, Lab.OWN)) {
                bench.invocation().run();
            } catch (NrtException refusal) {
                assertThat(refusal.status()).isNotEqualTo(NrtStatus.NRT_SUCCESS);
                refused++;
            }
        }
        assertThat(refused).as("most damage is noticed").isGreaterThan(ROUNDS / 3);
    }

    @Test
    void refusesWeightsCutOffAtAnyLength() {
        Image image = image();
        MemorySegment weights = image.members().get(StoredWeight.MEMBER);
        for (long size = 0; size < weights.byteSize(); size += 257) {
            Image cut = with(image, StoredWeight.MEMBER, weights.asSlice(0, size));
            assertThat(refusal(cut)).isEqualTo(NrtStatus.NRT_INVALID);
        }
    }

    private static NrtStatus refusal(Image image) {
        try {
            Lab.ENGINE.load(image, Lab.OWN).close();
            return NrtStatus.NRT_SUCCESS;
        } catch (NrtException refusal) {
            return refusal.status();
        }
    }
}

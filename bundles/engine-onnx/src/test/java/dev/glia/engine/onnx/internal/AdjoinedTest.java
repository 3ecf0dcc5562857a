package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.Lab.Bench;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** A laid-out graph and its weights: used where they lie in a NEFF, or copied together. */
class AdjoinedTest {
    private static final int CHANNELS = 16;

    private static Image image(float weight) {
        float[] weights = new float[CHANNELS * CHANNELS * 9];
        Arrays.fill(weights, weight);
        return Image.of(
                Lab.compile(
                        new GraphAuthor("adjoined")
                                .input("x", ElementType.FLOAT, 1, CHANNELS, 3, 3)
                                .output("y", ElementType.FLOAT, 1, CHANNELS, 1, 1)
                                .floats("w", weights, CHANNELS, CHANNELS, 3, 3)
                                .node("Conv", List.of("x", "w"), List.of("y"))
                                .model(Graphs.OPSET)));
    }

    /** The graph and its weights with some bytes between them, and the memory of all. */
    private static MemorySegment placed(Image image, long gap, Map<String, MemorySegment> members) {
        String laidOut = OnnxEngine.laidOut("model.onnx", Lab.RUNTIME.ort());
        MemorySegment graph = image.members().get(laidOut);
        MemorySegment weights = image.members().get(StoredWeight.MEMBER);
        long place = graph.byteSize() + gap;
        MemorySegment memory =
                Arena.ofAuto().allocate(place + weights.byteSize(), 64).copyFrom(graph);
        MemorySegment.copy(weights, 0, memory, place, weights.byteSize());
        members.putAll(image.members());
        members.put(laidOut, memory.asSlice(0, graph.byteSize()));
        members.put(StoredWeight.MEMBER, memory.asSlice(place));
        return memory.asSlice(place + 64);
    }

    private static Image with(Image image, Map<String, MemorySegment> members) {
        return new Image(members, image.graphs(), image.inputs(), image.outputs());
    }

    private static float result(Bench bench) {
        MemorySegment x = bench.in().getFirst();
        for (long i = 0; i < x.byteSize() / Float.BYTES; i++) {
            x.setAtIndex(JAVA_FLOAT, i, 1);
        }
        bench.invocation().run();
        return bench.out().getFirst().getAtIndex(JAVA_FLOAT, 0);
    }

    private static float product(float weight) {
        return CHANNELS * 9 * weight;
    }

    @Test
    void areUsedWhereTheyLieWhileTheMemoryIsHeld() {
        Map<String, MemorySegment> members = new HashMap<>();
        Image image = image(0.5f);
        MemorySegment data = placed(image, 0, members);
        AtomicInteger holds = new AtomicInteger();
        try (Bench bench = Bench.of(new Held(with(image, members), holds), Lab.OWN)) {
            assertThat(result(bench)).isEqualTo(product(0.5f));
            assertThat(holds).hasValue(1);
            data.fill((byte) 0);
            assertThat(result(bench)).as("without weights").isZero();
        }
        assertThat(holds).hasValue(0);
    }

    @Test
    void areCopiedWhenTheMemoryMayGo() {
        Map<String, MemorySegment> members = new HashMap<>();
        Image image = image(0.5f);
        MemorySegment data = placed(image, 0, members);
        try (Bench bench = Bench.of(with(image, members), Lab.OWN)) {
            data.fill((byte) 0);
            assertThat(result(bench)).isEqualTo(product(0.5f));
        }
    }

    @Test
    void areCopiedWhenTheyDoNotFollowEachOther() {
        Map<String, MemorySegment> members = new HashMap<>();
        Image image = image(0.5f);
        placed(image, 128, members);
        AtomicInteger holds = new AtomicInteger();
        try (Bench bench = Bench.of(new Held(with(image, members), holds), Lab.OWN)) {
            assertThat(result(bench)).isEqualTo(product(0.5f));
        }
        assertThat(holds).hasValue(0);
    }

    @Test
    @SuppressWarnings("restricted")
    void areRefusedBeyondWhatReferencesReach() {
        Image image = image(0.5f);
        Map<String, MemorySegment> members = new HashMap<>(image.members());
        // Nobody may look at it.
        members.put(StoredWeight.MEMBER, MemorySegment.ofAddress(64).reinterpret(3L << 30));
        assertThatThrownBy(() -> Lab.ENGINE.load(with(image, members), Lab.OWN))
                .hasMessageContaining("NRT_INVALID")
                .hasMessageContaining("graphs end at 2 GiB");
    }

    @Test
    void modelsWithOtherWeightsShareNothing() {
        try (Bench half = Bench.of(image(0.5f), Lab.SHARED);
                Bench quarter = Bench.of(image(0.25f), Lab.SHARED)) {
            assertThat(result(half)).isEqualTo(product(0.5f));
            assertThat(result(quarter)).isEqualTo(product(0.25f));
        }
    }

    /** An image whose memory can be kept, and how many keep it. */
    private record Held(Image image, AtomicInteger holds) implements ModelImage {
        @Override
        public Optional<Hold> hold() {
            holds.incrementAndGet();
            return Optional.of(holds::decrementAndGet);
        }

        @Override
        public MemorySegment member(String name) {
            return image.member(name);
        }

        @Override
        public String name() {
            return image.name();
        }

        @Override
        public UUID uuid() {
            return image.uuid();
        }

        @Override
        public String architecture() {
            return image.architecture();
        }

        @Override
        public int lncSize() {
            return image.lncSize();
        }

        @Override
        public long featureBits() {
            return image.featureBits();
        }

        @Override
        public List<TensorInfo> inputs() {
            return image.inputs();
        }

        @Override
        public List<TensorInfo> outputs() {
            return image.outputs();
        }

        @Override
        public List<Graph> graphs() {
            return image.graphs();
        }
    }
}

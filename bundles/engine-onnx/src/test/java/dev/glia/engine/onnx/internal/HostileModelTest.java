package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.engine.onnx.internal.Lab.Wanted;
import dev.glia.engine.onnx.internal.onnx.CanonicalModel;
import dev.glia.engine.onnx.internal.onnx.ElementTypes;
import dev.glia.engine.onnx.internal.onnx.ExposedValues;
import dev.glia.engine.onnx.internal.onnx.ExternalData;
import dev.glia.engine.onnx.internal.onnx.ProtoReader;
import dev.glia.engine.onnx.internal.onnx.ProtoWriter;
import dev.glia.engine.onnx.internal.onnx.SelfContained;
import dev.glia.engine.onnx.internal.onnx.ShapeSources;
import dev.glia.engine.onnx.internal.onnx.SourceModel;
import dev.glia.engine.onnx.internal.onnx.UpToNode;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/** The protobuf reader on bytes that somebody broke; ONNX Runtime itself is kept out. */
class HostileModelTest {
    private static final byte[] MODEL = Graphs.loop();

    /** Passes, or refuses as it should; any other exception is a finding. */
    private static void readAll(byte[] bytes) {
        for (Runnable reader :
                new Runnable[] {
                    () ->
                            SourceModel.complete(
                                    bytes,
                                    "m.onnx",
                                    Wanted.nothing(),
                                    new ExternalData(
                                            Path.of("/nonexistent/m.onnx"), Arena.ofAuto())),
                    () -> ShapeSources.of(bytes, "m.onnx"),
                    () -> UpToNode.of(bytes, "m.onnx", "y"),
                    () -> SelfContained.check(ByteBuffer.wrap(bytes), "m.onnx"),
                    () -> CanonicalModel.of(bytes, "m.onnx"),
                    () -> ExposedValues.of(bytes, "m.onnx"),
                    () -> ElementTypes.of(bytes, "m.onnx", Map.of())
                }) {
            try {
                reader.run();
            } catch (NrtException refused) {
                assertThat(refused.status())
                        .isIn(NrtStatus.NRT_INVALID, NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION);
            }
        }
    }

    @Test
    void survivesTruncation() {
        for (int length = 0; length < MODEL.length; length++) {
            readAll(Arrays.copyOf(MODEL, length));
        }
    }

    @Test
    void survivesEveryFlippedBit() {
        for (int bit = 0; bit < MODEL.length * Byte.SIZE; bit++) {
            byte[] flipped = MODEL.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            readAll(flipped);
        }
    }

    @Test
    void survivesNoise() {
        Random random = new Random(42);
        for (int round = 0; round < 5_000; round++) {
            byte[] noisy = MODEL.clone();
            for (int i = 0; i < 5; i++) {
                noisy[random.nextInt(noisy.length)] = (byte) random.nextInt();
            }
            readAll(noisy);
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            readAll(noise);
        }
    }

    @Test
    void refusesLengthsBeyondTheEnd() {
        for (byte[] length :
                new byte[][] {
                    {0x7f},
                    {-1, -1, -1, -1, 7},
                    {-1, -1, -1, -1, -1, -1, -1, -1, 127},
                    {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1},
                    {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1},
                    {-128}
                }) {
            byte[] bytes = new byte[length.length + 1];
            bytes[0] = 7 << 3 | 2;
            System.arraycopy(length, 0, bytes, 1, length.length);
            assertThatThrownBy(() -> ProtoReader.of(bytes, "m.onnx").next())
                    .isInstanceOf(NrtException.class)
                    .hasMessageContainingAll("m.onnx is damaged", "at byte 0");
        }
    }

    @Test
    void refusesGraphsNestedWithoutEnd() {
        ProtoWriter graph = new ProtoWriter();
        for (int depth = 0; depth < 10_000; depth++) {
            ProtoWriter attribute = new ProtoWriter().message(6, graph);
            graph = new ProtoWriter().message(1, new ProtoWriter().message(5, attribute));
        }
        graph.message(12, new ProtoWriter().string(1, "y"));
        byte[] model = new ProtoWriter().message(7, graph).toByteArray();
        assertThatThrownBy(
                        () ->
                                SourceModel.complete(
                                        model,
                                        "m.onnx",
                                        Wanted.nothing(),
                                        new ExternalData(Path.of("/m.onnx"), Arena.ofAuto())))
                .hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> ElementTypes.of(model, "m.onnx", Map.of()))
                .hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> CanonicalModel.of(model, "m.onnx"))
                .hasMessageContaining("nested deeper");
    }

    @Test
    void writesWhatItReads() {
        byte[] complete = complete(MODEL);
        assertThat(complete(complete)).isEqualTo(complete);
        assertThat(CanonicalModel.of(CanonicalModel.of(MODEL, "m"), "m"))
                .isEqualTo(CanonicalModel.of(MODEL, "m"));
    }

    private static byte[] complete(byte[] model) {
        return SourceModel.complete(
                        model,
                        "m.onnx",
                        Wanted.nothing(),
                        new ExternalData(Path.of("/m.onnx"), Arena.ofAuto()))
                .model();
    }
}

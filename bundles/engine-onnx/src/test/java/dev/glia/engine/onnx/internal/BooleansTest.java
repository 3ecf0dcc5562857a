package dev.glia.engine.onnx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.device.CoreAddress;
import dev.glia.device.Engine;
import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.engine.onnx.internal.Lab.Image;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Every byte other than 0 is true, in whatever memory it comes. */
class BooleansTest {

    /** y = not x; none of x. */
    private static Image not(int size, DType dtype) {
        Image image =
                Image.of(
                        Lab.compile(
                                new GraphAuthor("not")
                                        .input("x", ElementType.BOOL, size)
                                        .output("y", ElementType.BOOL, size)
                                        .node("Not", List.of("x"), List.of("y"))
                                        .model(Graphs.OPSET)));
        assertThat(image.inputs()).extracting(TensorInfo::dtype).containsExactly(DType.BOOL);
        assertThat(image.outputs()).extracting(TensorInfo::dtype).containsExactly(DType.BOOL);
        TensorInfo x =
                new TensorInfo(
                        "x", TensorInfo.Usage.INPUT, dtype, image.inputs().getFirst().shape());
        return new Image(image.members(), image.graphs(), List.of(x), image.outputs());
    }

    /** Words, their rest, and more than a block; a NEFF from before says UINT8. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 256, 16_384, 40_003})
    void takeEveryByte(int size) {
        for (DType dtype : List.of(DType.BOOL, DType.UINT8)) {
            try (Arena arena = Arena.ofShared();
                    LoadedModel model = Lab.ENGINE.load(not(size, dtype), Lab.OWN)) {
                computes(model, size, arena);
            }
        }
    }

    @Test
    void takeEveryByteInAnotherProcess() {
        Engine.Isolated core = Lab.ENGINE.isolate(new CoreAddress(0, 0, 0, 1));
        try (Arena arena = Arena.ofShared();
                LoadedModel model = core.load(not(300, DType.BOOL), Lab.OWN)) {
            computes(model, 300, arena);
        } finally {
            core.close();
        }
    }

    /** The memory is read again at each run, and never written. */
    private static void computes(LoadedModel model, int size, Arena arena) {
        MemorySegment in = arena.allocate(size + 1).asSlice(1); // aligned to nothing
        MemorySegment out = arena.allocate(size);
        Invocation invocation = model.bind(List.of(in.asReadOnly()), List.of(out));
        for (int round = 0; round < 2; round++) {
            byte[] given = new byte[size];
            byte[] expected = new byte[size];
            for (int i = 0; i < size; i++) {
                given[i] = (byte) (i + round);
                expected[i] = (byte) (given[i] == 0 ? 1 : 0);
            }
            in.copyFrom(MemorySegment.ofArray(given));
            assertThat(invocation.run()).isEqualTo(NrtStatus.NRT_SUCCESS);
            assertThat(out.toArray(JAVA_BYTE)).isEqualTo(expected);
            assertThat(in.toArray(JAVA_BYTE)).isEqualTo(given);
        }
        invocation.close();
    }
}

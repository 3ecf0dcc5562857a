package dev.glia.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.DType;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;
import dev.glia.runtime.TensorSet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Memory that is shared between executions, slices of it, and memory of the application. */
class TensorsTest {

    private static final TensorInfo ONE = TensorInfo.of("one", DType.INT32, 1);

    private final Fakes.Driver driver = new Fakes.Driver(100);
    private final OpenRuntime runtime = Fakes.runtime(driver, 0);
    private Model model;

    @TempDir private Path folder;

    @BeforeEach
    void load() {
        model = runtime.load(Path.of("add.neff"));
    }

    @AfterEach
    void everythingIsGivenBack() {
        runtime.close();
        assertThat(driver.idle()).isTrue();
        assertThat(driver.misuse).hasValue(0);
    }

    @Test
    void theOutputOfOneIsTheInputOfTheNext() {
        Tensor between = runtime.allocate(TensorInfo.of("h", DType.INT32, 1));
        Execution first = model.prepare(TensorSet.of(), TensorSet.of().with("y", between));
        Execution second = model.prepare(TensorSet.of().with("x", between), TensorSet.of());
        first.input("x").asIntBuffer().put(0, 5);
        first.execute();
        second.execute();
        assertThat(between.asIntBuffer().get(0)).isEqualTo(105);
        assertThat(second.output("y").asIntBuffer().get(0)).isEqualTo(205);
        assertThat(second.input("x").segment()).isEqualTo(between.segment());
    }

    @Test
    void memoryLivesUntilNobodyUsesIt() {
        Tensor shared = runtime.allocate(ONE);
        TensorSet set = TensorSet.of().with("x", shared);
        Execution first = model.prepare(set, TensorSet.of());
        Execution second = model.prepare(set, TensorSet.of());
        shared.close();
        shared.close();
        first.close();
        second.input("x").asIntBuffer().put(0, 1);
        second.execute();
        assertThat(second.output("y").asIntBuffer().get(0)).isEqualTo(101);
        second.close();
        model.close();
        assertThatThrownBy(() -> shared.asIntBuffer().get(0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aClosedTensorIsNotBound() {
        Tensor closed = runtime.allocate(ONE);
        closed.close();
        assertThatThrownBy(() -> model.prepare(TensorSet.of().with("x", closed), TensorSet.of()))
                .hasMessageStartingWith("NRT_CLOSED (14): tensor one (int32 [1]) is closed");
        Tensor left = runtime.allocate(ONE);
        runtime.close();
        assertThatThrownBy(() -> left.asIntBuffer().get(0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> runtime.allocate(ONE)).hasMessageStartingWith("NRT_CLOSED (14)");
    }

    @Test
    void whatDoesNotFitIsRefusedByName() {
        try (Tensor wide = runtime.allocate(TensorInfo.of("wide", DType.INT32, 2));
                Tensor other = runtime.allocate(TensorInfo.of("other", DType.UINT32, 1))) {
            assertThatThrownBy(() -> model.prepare(TensorSet.of().with("x", wide), TensorSet.of()))
                    .hasMessageStartingWith("NRT_INVALID (2): tensor x (int32 [1]) takes native");
            assertThatThrownBy(() -> model.prepare(TensorSet.of().with("x", other), TensorSet.of()))
                    .hasMessageContaining("tensor other (uint32 [1]) cannot be bound to x");
            assertThatThrownBy(() -> model.prepare(TensorSet.of(wide), TensorSet.of()))
                    .hasMessageContaining("has no tensor wide");
            assertThatThrownBy(() -> model.prepare(TensorSet.of(), TensorSet.of().with("x", wide)))
                    .as("an input is no output")
                    .hasMessageContaining("has no tensor x");
            assertThatThrownBy(() -> TensorSet.of(wide).get("narrow"))
                    .hasMessage(
                            "NRT_FAILURE (1): the tensor set has no tensor narrow; it has [wide]");
        }
        assertThat(driver.openInvocations).hasValue(0);
    }

    @Test
    void aSliceIsAViewOfTheOuterDimension() {
        try (Tensor batch = runtime.allocate(TensorInfo.of("b", DType.INT32, 4, 1))) {
            batch.asIntBuffer().put(new int[] {1, 2, 3, 4});
            Tensor third = batch.slice(2, 1);
            assertThat(third.info().shape()).containsExactly(1L, 1L);
            Execution run = model.prepare(TensorSet.of().with("x", third), TensorSet.of());
            run.execute();
            assertThat(run.output("y").asIntBuffer().get(0)).isEqualTo(103);
            batch.asIntBuffer().put(2, 7);
            run.execute();
            assertThat(run.output("y").asIntBuffer().get(0)).isEqualTo(107);
            third.close();
            assertThat(batch.slice(1, 3).slice(1, 1).asIntBuffer().get(0)).isEqualTo(7);
            for (long[] wrong :
                    new long[][] {{4, 1}, {3, 2}, {-1, 1}, {0, 0}, {1, Long.MAX_VALUE}}) {
                assertThatThrownBy(() -> batch.slice(wrong[0], wrong[1]))
                        .as(Arrays.toString(wrong))
                        .hasMessageStartingWith("NRT_INVALID (2)");
            }
        }
    }

    @Test
    void aRangeOfBytesIsATensorOfAnyType() {
        try (Tensor bytes = runtime.allocate(TensorInfo.of("b", DType.UINT8, 16))) {
            bytes.asByteBuffer().putInt(8, 42);
            Tensor word = bytes.slice(8, ONE);
            assertThat(word.asIntBuffer().get(0)).isEqualTo(42);
            assertThatThrownBy(() -> bytes.slice(13, ONE)).hasMessageContaining("4 from 13");
            Tensor crooked = bytes.slice(3, ONE);
            assertThatThrownBy(
                            () -> model.prepare(TensorSet.of().with("x", crooked), TensorSet.of()))
                    .hasMessageContaining("aligned to its elements of 4 bytes");
        }
    }

    @Test
    void copiesReadsWritesAndFillsWithinBounds() {
        try (Arena arena = Arena.ofConfined();
                Tensor from = runtime.allocate(TensorInfo.of("from", DType.UINT8, 8));
                Tensor to = runtime.allocate(TensorInfo.of("to", DType.UINT8, 4))) {
            from.write(2, arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1, (byte) 2));
            from.fill(4, 2, (byte) 9);
            from.copy(2, to, 0, 4);
            MemorySegment read = arena.allocate(4);
            to.read(0, read);
            assertThat(read.toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 9, 9);
            assertThatThrownBy(() -> from.copy(2, to, 1, 4)).hasMessageContaining("tensor to");
            assertThatThrownBy(() -> from.copy(5, to, 0, 4)).hasMessageContaining("tensor from");
            assertThatThrownBy(() -> from.fill(-1, 1, (byte) 0)).hasMessageContaining("1 from -1");
            assertThatThrownBy(() -> to.read(1, read)).hasMessageContaining("4 from 1");
            assertThatThrownBy(() -> to.write(4, arena.allocate(1)))
                    .hasMessageContaining("1 from 4");
            assertThatThrownBy(() -> from.copy(0, to, 0, -1)).hasMessageStartingWith("NRT_INVALID");
        }
    }

    @Test
    void aDirectBufferIsUsedInPlace() {
        ByteBuffer direct = ByteBuffer.allocateDirect(4).order(ByteOrder.LITTLE_ENDIAN);
        try (Tensor tensor = runtime.attach(TensorInfo.of("x", DType.INT32, 1), direct)) {
            Execution run = model.prepare(TensorSet.of(tensor), TensorSet.of());
            direct.putInt(0, 11);
            run.execute();
            assertThat(run.output("y").asIntBuffer().get(0)).isEqualTo(111);
        }
        assertThatThrownBy(() -> runtime.attach(ONE, ByteBuffer.allocate(4)))
                .hasMessageContaining("heap memory");
        assertThatThrownBy(() -> runtime.attach(ONE, ByteBuffer.allocateDirect(5)))
                .hasMessageContaining("exactly 4 bytes");
        try (Arena mine = Arena.ofConfined()) {
            assertThatThrownBy(() -> runtime.attach(ONE, mine.allocate(4)))
                    .hasMessageContaining("confined");
        }
        MemorySegment constant = MemorySegment.ofBuffer(direct.asReadOnlyBuffer());
        try (Tensor tensor = runtime.attach(ONE, constant)) {
            assertThatThrownBy(
                            () -> model.prepare(TensorSet.of(), TensorSet.of().with("y", tensor)))
                    .hasMessageContaining("is read-only and cannot be the output y");
            assertThatThrownBy(() -> tensor.fill(0, 1, (byte) 1)).hasMessageContaining("read-only");
        }
    }

    @Test
    void anArrayOfNumPyIsMapped() throws IOException {
        Path file = npy("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", 1, 42);
        try (Tensor tensor = runtime.map(file, DType.INT32)) {
            assertThat(tensor.info()).isEqualTo(TensorInfo.of("array", DType.INT32, 1));
            Execution run = model.prepare(TensorSet.of().with("x", tensor), TensorSet.of());
            run.execute();
            assertThat(run.output("y").asIntBuffer().get(0)).isEqualTo(142);
            assertThatThrownBy(() -> tensor.write(0, MemorySegment.ofArray(new int[1])))
                    .hasMessageContaining("read-only");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {'descr': '>i4', 'fortran_order': False, 'shape': (1,)}|1|its elements are >i4
                    {'descr': '<f4', 'fortran_order': False, 'shape': (1,)}|1|int32 is <i4
                    {'descr': '<i4', 'fortran_order': True, 'shape': (2,2)}|4|Fortran order
                    {'descr': '<i4', 'fortran_order': False, 'shape': (2,)}|1|instead of 8
                    {'descr': '<i4', 'fortran_order': False, 'shape': (1,)}|2|8 bytes of elements
                    {'descr': '<i4', 'fortran_order': False, 'shape': (1,)}|0|0 bytes of elements
                    {'descr': '<i4', 'fortran_order': False, 'shape': (9999999999999999999,)}|1|dimension
                    {'descr': '<i4', 'fortran_order': False, 'shape': (4294967296,4294967296)}|1|2^63
                    {'descr': '<i4', 'shape': (1,)}|1|'fortran_order'
                    {}|1|'descr'
                    """)
    void anArrayThatIsNotAsSaidIsRefused(String header, int elements, String reason)
            throws IOException {
        Path file = npy(header, elements, 1);
        assertThatThrownBy(() -> runtime.map(file, DType.INT32))
                .hasMessageStartingWith("NRT_INVALID (2): ")
                .hasMessageContaining(reason);
    }

    @Test
    void anArrayThatIsCutOffOrDamagedIsRefused() throws IOException {
        byte[] good =
                Files.readAllBytes(
                        npy("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", 1, 42));
        for (int length = 0; length < good.length; length++) {
            Path cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(good, length));
            assertThatThrownBy(() -> runtime.map(cut, DType.INT32))
                    .as("%d bytes", length)
                    .hasMessageStartingWith("NRT_INVALID (2): ");
        }
        for (int at = 0; at < 10; at++) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) 0xC0;
            Path damaged = Files.write(folder.resolve("bad.npy"), bad);
            if (at != 7) { // the minor version says nothing
                assertThatThrownBy(() -> runtime.map(damaged, DType.INT32))
                        .as("byte %d", at)
                        .hasMessageStartingWith("NRT_INVALID (2): ");
            }
        }
        assertThatThrownBy(() -> runtime.map(folder.resolve("none.npy"), DType.INT32))
                .hasMessageContaining("cannot be read");
        Path pointer = Files.writeString(folder.resolve("p.npy"), "version https://git-lfs");
        assertThatThrownBy(() -> runtime.map(pointer, DType.INT32))
                .hasMessageContaining("p.npy: it is a Git LFS pointer");
        Path whole = Files.write(folder.resolve("whole.npy"), good);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> runtime.map(whole, DType.INT32))
                .hasMessageStartingWith(
                        "NRT_FAILURE (1): " + whole + ": the thread was interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    private Path npy(String header, int elements, int value) throws IOException {
        byte[] text =
                (header + " ".repeat((128 - 11 - header.length()) % 64) + "\n")
                        .getBytes(StandardCharsets.UTF_8);
        ByteBuffer file =
                ByteBuffer.allocate(10 + text.length + 4 * elements).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        file.putShort((short) text.length).put(text);
        for (int i = 0; i < elements; i++) {
            file.putInt(value);
        }
        return Files.write(folder.resolve("array.npy"), file.array());
    }

    @Test
    void aRequestIsRepeatedInOneTurn() {
        Execution run = model.prepare();
        run.input("x").asIntBuffer().put(0, 1);
        assertThat(run.execute(5)).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(driver.runs).hasValue(5);
        assertThatThrownBy(() -> run.execute(0))
                .hasMessageStartingWith("NRT_INVALID (2): model add.neff is executed at least");
        driver.runs.set(0);
        driver.runFailure = 3;
        assertThatThrownBy(() -> run.execute(5)).hasMessageContaining("run 3");
        assertThat(driver.runs).as("the first failure ends it").hasValue(3);
        driver.runFailure = 0;
        assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
    }

    @Test
    void theModelTellsWhatItIs() {
        var info = model.info();
        assertThat(info.id()).isPositive();
        assertThat(info.core()).isEqualTo(model.core());
        assertThat(info.instances()).isEqualTo(1);
        assertThat(info.tensors()).extracting(TensorInfo::name).containsExactly("x", "y");
        assertThat(runtime.load(Path.of("add.neff")).info().id()).isGreaterThan(info.id());
        assertThat(model.prepare(Map.of()).inputs()).hasSize(1);
    }
}

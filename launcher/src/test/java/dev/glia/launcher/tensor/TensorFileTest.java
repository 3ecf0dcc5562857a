package dev.glia.launcher.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.TensorInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

class TensorFileTest {
    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource(DType.class)
    void writesAndReadsEveryTypeInEveryFormat(DType type) {
        TensorInfo info = info(type, 2L, 3L);
        MemorySegment data = MemorySegment.ofArray(new byte[(int) info.bytes()]);
        byte[] bytes = (byte[]) data.heapBase().orElseThrow();
        new Random(7).nextBytes(bytes);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] &= (byte) (type == DType.BOOL ? 1 : -1);
        }
        for (String ending : List.of("npy", "pb", "bin")) {
            Path file = folder.resolve("tensor." + ending);
            TensorFile.write(file, info, data, "-");
            MemorySegment copy = empty(info);
            TensorFile.read(file, info, copy);
            assertThat(copy.mismatch(data)).as(ending).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"npy", "pb"})
    void survivesEveryTruncationAndAnyFlippedBit(String ending) throws IOException {
        TensorInfo info = info(DType.FLOAT32, 2L);
        Path whole = folder.resolve("whole." + ending);
        TensorFile.write(whole, info, empty(info), "-");
        byte[] bytes = Files.readAllBytes(whole);
        Path file = folder.resolve("hostile." + ending);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> TensorFile.read(file, info, empty(info)))
                    .as("cut to %d", length)
                    .isInstanceOf(NrtException.class);
        }
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            try {
                TensorFile.read(file, info, empty(info));
            } catch (NrtException refused) {
                assertThat(refused).hasMessageContaining("hostile." + ending);
            }
        }
    }

    @Test
    void readsTensorProtoWithTypedAndPackedData() throws IOException {
        TensorInfo info = info(DType.INT64, 3L);
        byte[] packed = {0x0a, 1, 3, 0x10, 7, 0x3a, 4, 5, (byte) 0x96, 1, 6};
        assertThat(longs(info, packed)).containsExactly(5L, 150L, 6L);
        byte[] single = {0x38, 5, 0x38, 6, 0x38, 7, 0x08, 3, 0x10, 7};
        assertThat(longs(info, single)).containsExactly(5L, 6L, 7L);
        byte[] floats = {8, 1, 16, 1, 0x22, 4, 0, 0, (byte) 0x80, 0x3f};
        TensorInfo one = info(DType.FLOAT32, 1L);
        MemorySegment data = empty(one);
        TensorFile.read(Files.write(folder.resolve("f.pb"), floats), one, data);
        assertThat(Elements.get(DType.FLOAT32, data, 0)).isEqualTo(1f);
    }

    @Test
    void refusesTensorProtoThatDoesNotFit() throws IOException {
        assertRefused("a.pb", new byte[] {8, 2, 16, 7}, "element type is INT64");
        assertRefused("a.pb", new byte[] {8, 3, 16, 1}, "shape is [3]");
        assertRefused("a.pb", new byte[] {8, 2, 16, 1, 0x22, 4, 0, 0, 0, 0}, "holds 4 bytes");
        assertRefused(
                "a.pb",
                new byte[] {8, 2, 16, 1, 0x4a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                "holds 9 bytes");
        assertRefused("a.pb", new byte[] {8, 2, 16, 1, 0x28, 1}, "elements of another type");
        assertRefused("a.pb", new byte[] {8, 2, 16, 1, 0x70, 1}, "in another file");
        assertRefused(
                "a.pb", new byte[] {0x4a, -1, -1, -1, -1, -1, -1, -1, -1, 0x7f}, "no TensorProto");
        assertRefused("a.pb", new byte[] {3}, "no TensorProto");
        assertRefused("a.pb", new byte[] {8, 2, 0x7b, 0x0c}, "wire type 4"); // ends another group
        byte[] negativeLength = {0x4a, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1};
        assertRefused("a.pb", negativeLength, "a field of -1 bytes");
        byte[] deep = new byte[100_000];
        Arrays.fill(deep, (byte) 0x7b);
        deep[0] = 8;
        deep[1] = 2;
        assertRefused("a.pb", deep, "wire type 3");
    }

    /**
     * The unknown is skipped, groups with groups within too; of what is single, the last counts.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "08021001 7b7b08057c6a02ffff750000000079000000000000000 07c 4a080000803f00000040",
                "08021001 4a0100 4a080000803f00000040",
                "4a080000803f00000040 10071001 0802",
                "08021001 22080000000000000000 4a080000803f00000040"
            })
    void readsWhatProtobufReads(String hex) throws IOException {
        TensorInfo info = info(DType.FLOAT32, 2L);
        MemorySegment data = empty(info);
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        TensorFile.read(Files.write(folder.resolve("a.pb"), bytes), info, data);
        assertThat(data.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)).containsExactly(1f, 2f);
    }

    /** Types of other names hold other numbers, though they have as many bits. */
    @ParameterizedTest
    @CsvSource({
        "2,UINT8,UINT8 BOOL",
        "3,INT8,INT8 BOOL",
        "9,BOOL,BOOL UINT8",
        "17,FLOAT8E4M3FN,FLOAT8E4",
        "18,FLOAT8E4M3FNUZ,",
        "19,FLOAT8E5M2,FLOAT8E5",
        "20,FLOAT8E5M2FNUZ,",
        "24,FLOAT8E8M0,",
        "21,UINT4,",
        "22,INT4,",
        "23,FLOAT4E2M1,",
        "25,UINT2,",
        "26,INT2,",
        "27,number 27,",
        "8,STRING,"
    })
    void takesTypesByTheirNames(int number, String name, String types) throws IOException {
        byte[] proto = {8, 1, 16, (byte) number, 0x4a, 1, 1};
        Path file = Files.write(folder.resolve("a.pb"), proto);
        for (DType type :
                List.of(DType.UINT8, DType.INT8, DType.BOOL, DType.FLOAT8E4, DType.FLOAT8E5)) {
            TensorInfo info = info(type, 1L);
            if (types != null && List.of(types.split(" ")).contains(type.name())) {
                TensorFile.read(file, info, empty(info));
            } else {
                assertThatThrownBy(() -> TensorFile.read(file, info, empty(info)))
                        .hasMessageContaining("element type is " + name)
                        .hasMessageContaining("accepted is");
            }
        }
    }

    /** Bytes of Booleans, and the numbers that small types are written as. */
    @ParameterizedTest
    @CsvSource({
        "BOOL,28 00 28 8002 28 ff01,00 01 01",
        "BOOL,4a 03 00 02 ff,00 01 01",
        "UINT8,28 00 28 7f 28 ff01,00 7f ff",
        "INT8,28 00 28 7f 28 ffffffffffffffffff01,00 7f ff",
        "UINT8,28 00 28 7f 28 8002,",
        "INT8,28 00 28 7f 28 fffeffffffffffffff01,",
        "FLOAT8E4,28 00 28 7f 28 ff01,00 7f ff",
        "FLOAT16,28 00 28 8078 28 ffff03,0000 003c ffff",
        "UINT32,58 00 58 7f 58 ffffffff0f,00000000 7f000000 ffffffff",
        "UINT32,58 00 58 7f 58 ffffffff1f,"
    })
    void readsNumbersOfTensorProto(DType type, String fields, String elements) throws IOException {
        TensorInfo info = info(type, 3L);
        ByteArrayOutputStream proto = new ByteArrayOutputStream();
        proto.write(TensorProto.header(info), 0, 4);
        proto.writeBytes(HexFormat.of().parseHex(fields.replace(" ", "")));
        Path file = Files.write(folder.resolve("a.pb"), proto.toByteArray());
        MemorySegment data = empty(info);
        if (elements == null) {
            assertThatThrownBy(() -> TensorFile.read(file, info, data))
                    .hasMessageContaining("elements of another type");
        } else {
            TensorFile.read(file, info, data);
            assertThat(data.toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(HexFormat.of().parseHex(elements.replace(" ", "")));
        }
    }

    @Test
    void bytesOfBooleansBecome0And1() throws IOException {
        TensorInfo bytes = info(DType.UINT8, 4L);
        MemorySegment given = MemorySegment.ofArray(new byte[] {0, 1, 2, -1});
        TensorInfo info = info(DType.BOOL, 4L);
        for (String ending : List.of("npy", "pb", "bin")) {
            Path file = folder.resolve("a." + ending);
            TensorFile.write(file, bytes, given, "-");
            MemorySegment data = empty(info);
            assertThat(TensorFile.read(file, info, data)).contains("taken as 1");
            assertThat(data.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 1, 1, 1);
            TensorFile.write(file, info, data, "-");
            assertThat(TensorFile.read(file, info, data)).isEqualTo(file.toString());
            if (ending.equals("npy")) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("'|b1'");
            }
        }
    }

    /** Advice is valid NumPy, and given only where it helps. */
    @Test
    void saysHowAnArrayFits() {
        Path file = folder.resolve("a.npy");
        TensorInfo one = info(DType.FLOAT32, 1L);
        TensorFile.write(file, one, empty(one), "-");
        TensorInfo scalar = info(DType.FLOAT32);
        assertThatThrownBy(() -> TensorFile.read(file, scalar, empty(scalar)))
                .hasMessageEndingWith("its shape is [1]; save array.reshape(())");
        TensorInfo two = info(DType.FLOAT32, 2L);
        assertThatThrownBy(() -> TensorFile.read(file, two, empty(two)))
                .hasMessageEndingWith("its shape is [1], which is another number of elements");
    }

    /** Such as could keep a process waiting that owns cores. */
    @Test
    void refusesWhatIsNoFile() throws Exception {
        Path pipe = folder.resolve("pipe.npy");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Path device = Files.createSymbolicLink(folder.resolve("zero.bin"), Path.of("/dev/zero"));
        Path picture = Files.createDirectory(folder.resolve("folder.png"));
        TensorInfo info = info(DType.FLOAT32, 1L, 1L, 8L, 8L);
        for (Path file : List.of(pipe, device, picture)) {
            assertThatThrownBy(() -> TensorFile.read(file, info, empty(info)))
                    .hasMessageContaining("NRT_INVALID (2)")
                    .hasMessageContaining("folder, a pipe or a device");
        }
    }

    /** Another kind of file under the name of this one, and the same bytes as they may be. */
    @ParameterizedTest
    @CsvSource({
        "a.npy, version https://git-lfs.github.com/spec/v1, a Git LFS pointer",
        "a.pb, <!DOCTYPE html>, an HTML page",
        "a.png, <!DOCTYPE html>, an HTML page",
        "a.jpg, version https://git-lfs.github.com/spec/v1, a Git LFS pointer",
        "a.npy, GIF89a, a picture",
        "a.npy, '', empty",
        "a.bin, <!DOCTYPE html>, it has 15 bytes",
    })
    void saysWhatAFileIsThatIsNoTensor(String name, String content, String found)
            throws IOException {
        assertRefused(name, content.getBytes(StandardCharsets.US_ASCII), found);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void fillsEveryTypeWithTheSameValuesForTheSameSeed(DType type) {
        TensorInfo info = info(type, 100L);
        MemorySegment one = empty(info);
        MemorySegment two = empty(info);
        assertThat(RandomTensor.fill(3, info, one)).isEqualTo("random (seed 3)");
        RandomTensor.fill(3, info, two);
        assertThat(one.mismatch(two)).isEqualTo(-1);
        RandomTensor.fill(4, info, two);
        assertThat(one.mismatch(two)).isNotEqualTo(-1);
        for (int i = 0; i < 100; i++) {
            assertThat(Elements.get(type, one, i).doubleValue()).isBetween(0.0, 1.0);
        }
    }

    @Test
    void readsNumbersAsTheyAreMeant() {
        MemorySegment ones = MemorySegment.ofArray(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
        assertThat(Elements.get(DType.UINT8, ones, 0)).isEqualTo(255);
        assertThat(Elements.get(DType.INT8, ones, 0)).isEqualTo(-1);
        assertThat(Elements.get(DType.UINT32, ones, 1)).isEqualTo(4294967295L);
        assertThat(Elements.get(DType.UINT64, ones, 0)).hasToString("18446744073709551615");
        MemorySegment one = MemorySegment.ofArray(new byte[] {0x38, 0x3c, 0x30, 0x7c});
        assertThat(Elements.get(DType.FLOAT8E4, one, 0)).isEqualTo(1f);
        assertThat(Elements.get(DType.FLOAT8E5, one, 1)).isEqualTo(1f);
        assertThat(Elements.get(DType.FLOAT8E3, one, 2)).isEqualTo(1f);
        assertThat(Elements.get(DType.FLOAT8E5, one, 3)).isEqualTo(Float.POSITIVE_INFINITY);
    }

    private void assertRefused(String name, byte[] bytes, String reason) throws IOException {
        TensorInfo info = info(DType.FLOAT32, 2L);
        Path file = Files.write(folder.resolve(name), bytes);
        assertThatThrownBy(() -> TensorFile.read(file, info, empty(info)))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("NRT_INVALID (2): ")
                .hasMessageContaining(reason);
    }

    private List<Long> longs(TensorInfo info, byte[] bytes) throws IOException {
        MemorySegment data = empty(info);
        TensorFile.read(Files.write(folder.resolve("l.pb"), bytes), info, data);
        return List.of(
                Elements.bits(8, data, 0), Elements.bits(8, data, 1), Elements.bits(8, data, 2));
    }

    private static MemorySegment empty(TensorInfo info) {
        return MemorySegment.ofArray(new byte[(int) info.bytes()]);
    }

    private static TensorInfo info(DType type, Long... shape) {
        return new TensorInfo("t", TensorInfo.Usage.INPUT, type, List.of(shape));
    }
}

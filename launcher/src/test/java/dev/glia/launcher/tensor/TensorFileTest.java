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

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import javax.imageio.ImageIO;

class TensorFileTest {
    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource(DType.class)
    void writesAndReadsEveryTypeInEveryFormat(DType type) {
        TensorInfo info = info(type, 2L, 3L);
        MemorySegment data = MemorySegment.ofArray(new byte[(int) info.bytes()]);
        new Random(7).nextBytes((byte[]) data.heapBase().orElseThrow());
        for (String ending : List.of("npy", "pb", "bin")) {
            Path file = folder.resolve("tensor." + ending);
            TensorFile.write(file, info, data);
            MemorySegment copy = empty(info);
            TensorFile.read(file, info, copy);
            assertThat(copy.mismatch(data)).as(ending).isEqualTo(-1);
        }
    }

    @Test
    void writesNpyAsNumPyDoes() throws IOException {
        Path file = folder.resolve("a.npy");
        TensorInfo scalar = new TensorInfo("t", TensorInfo.Usage.OUTPUT, DType.INT32, List.of());
        for (TensorInfo info : List.of(scalar, info(DType.INT32, 5L), info(DType.INT32, 1L, 2L))) {
            TensorFile.write(file, info, empty(info));
            byte[] bytes = Files.readAllBytes(file);
            String shape =
                    info.shape().isEmpty() ? "()" : info.shape().size() == 1 ? "(5,)" : "(1, 2)";
            assertThat(new String(bytes, 10, 70, StandardCharsets.US_ASCII))
                    .startsWith(
                            "{'descr': '<i4', 'fortran_order': False, 'shape': " + shape + ", }");
            assertThat(bytes.length - info.bytes()).isEqualTo(128);
            assertThat(bytes[127]).isEqualTo((byte) '\n');
            TensorFile.read(file, info, empty(info));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }#elements are <f8",
                "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }#elements are >f4",
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }#no usable 'descr'",
                "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }#Fortran order",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }#shape is [2, 1]",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }#dimension of 9999",
                "{'descr': '<f4', 'shape': (2,), }#no usable 'fortran_order'"
            })
    void refusesNpyThatDoesNotFit(String headerAndReason) throws IOException {
        String header = headerAndReason.substring(0, headerAndReason.indexOf('#'));
        byte[] bytes = new byte[10 + header.length() + 8];
        bytes[0] = (byte) 0x93;
        System.arraycopy("NUMPY".getBytes(StandardCharsets.US_ASCII), 0, bytes, 1, 5);
        bytes[6] = 1;
        bytes[8] = (byte) header.length();
        System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, bytes, 10, header.length());
        assertRefused("a.npy", bytes, headerAndReason.substring(headerAndReason.indexOf('#') + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"npy", "pb"})
    void survivesEveryTruncationAndAnyFlippedBit(String ending) throws IOException {
        TensorInfo info = info(DType.FLOAT32, 2L);
        Path whole = folder.resolve("whole." + ending);
        TensorFile.write(whole, info, empty(info));
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
        assertRefused("a.pb", new byte[] {8, 2, 16, 7}, "element type is 7");
        assertRefused("a.pb", new byte[] {8, 3, 16, 1}, "shape is [3]");
        assertRefused("a.pb", new byte[] {8, 2, 16, 1, 0x22, 4, 0, 0, 0, 0}, "holds 4 bytes");
        assertRefused(
                "a.pb",
                new byte[] {8, 2, 16, 1, 0x4a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                "more elements");
        assertRefused("a.pb", new byte[] {8, 2, 16, 1, 0x70, 1}, "in another file");
        assertRefused(
                "a.pb", new byte[] {0x4a, -1, -1, -1, -1, -1, -1, -1, -1, 0x7f}, "no TensorProto");
        assertRefused("a.pb", new byte[] {3}, "wire type 3");
        byte[] negativeLength = {0x4a, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1};
        assertRefused("a.pb", negativeLength, "a field of -1 bytes");
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT16", "BFLOAT16", "UINT8"})
    void readsPicturesOfBothLayouts(DType type) throws IOException {
        BufferedImage picture = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(0, 0, 0xff0000);
        picture.setRGB(1, 1, 0x0000ff);
        Path file = folder.resolve("p.png");
        ImageIO.write(picture, "png", file.toFile());
        float full = Elements.isFloat(type) ? 1 : 255;

        assertThat(floats(info(type, 1L, 3L, 2L, 2L), file))
                .containsExactly(full, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f, full);
        assertThat(floats(info(type, 1L, 2L, 2L, 3L), file))
                .containsExactly(full, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f, full);
    }

    @Test
    void writesAGrayPictureThatReadsBackTheSame() {
        TensorInfo info = info(DType.FLOAT32, 1L, 1L, 16L, 16L);
        MemorySegment data = empty(info);
        for (int i = 0; i < 256; i++) {
            Elements.put(DType.FLOAT32, data, i, i / 255f);
        }
        Path file = folder.resolve("gray.png");
        assertThat(TensorFile.write(file, info, data)).isEqualTo(file.toString());
        MemorySegment copy = empty(info);
        TensorFile.read(file, info, copy);
        assertThat(copy.mismatch(data)).isEqualTo(-1);
    }

    @Test
    void writesAColourPictureOfBothLayoutsThatReadsBackTheSame() {
        for (Long[] shape : new Long[][] {{1L, 3L, 5L, 4L}, {1L, 5L, 4L, 3L}}) {
            TensorInfo info = info(DType.UINT8, shape);
            byte[] samples = new byte[60];
            new Random(2).nextBytes(samples);
            MemorySegment data = MemorySegment.ofArray(samples);
            Path file = folder.resolve("colour.png");
            TensorFile.write(file, info, data);
            MemorySegment copy = empty(info);
            TensorFile.read(file, info, copy);
            assertThat(copy.mismatch(data)).isEqualTo(-1);
        }
    }

    @Test
    void saysWhenAPictureIsResizedOrItsRangeStretched() throws IOException {
        Path file = folder.resolve("p.png");
        ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        TensorInfo info = info(DType.FLOAT32, 1L, 1L, 8L, 8L);
        MemorySegment data = empty(info);
        assertThat(TensorFile.read(file, info, data)).contains("resized from 40x30");
        Elements.put(DType.FLOAT32, data, 0, -2);
        Elements.put(DType.FLOAT32, data, 1, Float.NaN);
        assertThat(TensorFile.write(file, info, data)).contains("black is -2.0, white is 0.0");
    }

    @Test
    void refusesWhatIsNoPictureOrHasNoPlaceForOne() throws IOException {
        TensorInfo info = info(DType.FLOAT32, 1L, 1L, 8L, 8L);
        Path file = Files.writeString(folder.resolve("a.png"), "no\0picture");
        assertThatThrownBy(() -> TensorFile.read(file, info, empty(info)))
                .hasMessageContaining("no PNG or JPEG");
        TensorInfo vector = info(DType.FLOAT32, 1L, 1000L);
        TensorInfo batch = info(DType.FLOAT32, 2L, 3L, 8L, 8L);
        assertThatThrownBy(() -> TensorFile.checkOutput(file, batch))
                .hasMessageContaining("1 or 3 channels");
        assertThatThrownBy(() -> TensorFile.checkOutput(Path.of("a.gif"), vector))
                .hasMessageContaining(".png or .bin");
        assertThatThrownBy(() -> TensorFile.read(folder.resolve("no.png"), info, empty(info)))
                .hasMessageContaining("there is no")
                .hasMessageContaining("NRT_INVALID (2)");
        assertThatThrownBy(() -> TensorFile.read(folder.resolve("no.npy"), info, empty(info)))
                .hasMessageContaining("there is no");
    }

    @Test
    void refusesPicturesThatAreBombsAndPicturesThatAreCut() throws IOException {
        Path file = folder.resolve("bomb.png");
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        byte[] bytes = Files.readAllBytes(file);
        TensorInfo info = info(DType.FLOAT32, 1L, 1L, 8L, 8L);
        byte[] bomb = bytes.clone();
        bomb[17] = 0x7f;
        bomb[21] = 0x7f;
        Files.write(file, bomb);
        assertThatThrownBy(() -> TensorFile.read(file, info, empty(info)))
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("pixels");
        BufferedImage noise = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        int[] colors = new Random(1).ints(4096).toArray();
        noise.setRGB(0, 0, 64, 64, colors, 0, 64);
        ImageIO.write(noise, "png", file.toFile());
        byte[] large = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(large, large.length / 2));
        assertThatThrownBy(() -> TensorFile.read(file, info, empty(info)))
                .isInstanceOf(NrtException.class);
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

    private static List<Float> floats(TensorInfo info, Path file) {
        MemorySegment data = empty(info);
        TensorFile.read(file, info, data);
        return java.util.stream.LongStream.range(0, info.elements())
                .mapToObj(i -> Elements.get(info.dtype(), data, i).floatValue())
                .toList();
    }

    private static MemorySegment empty(TensorInfo info) {
        return MemorySegment.ofArray(new byte[(int) info.bytes()]);
    }

    private static TensorInfo info(DType type, Long... shape) {
        return new TensorInfo("t", TensorInfo.Usage.INPUT, type, List.of(shape));
    }
}

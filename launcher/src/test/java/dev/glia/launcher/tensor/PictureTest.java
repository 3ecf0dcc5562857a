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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

import javax.imageio.ImageIO;

class PictureTest {
    private static final int GRAY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int ALPHA = 4;

    @TempDir Path folder;

    /** Every kind of PNG: the samples are what the file says, whatever else it says. */
    @ParameterizedTest
    @CsvSource({
        "0,1,",
        "0,2,",
        "0,4,",
        "0,8,",
        "0,16,",
        "2,8,",
        "2,16,",
        "3,8,",
        "4,8,",
        "4,16,",
        "6,8,",
        "6,16,",
        "0,4,tRNS",
        "0,8,tRNS",
        "0,16,tRNS",
        "2,8,tRNS",
        "2,16,tRNS",
        "3,8,tRNS",
        "0,8,gAMA",
        "0,16,gAMA",
        "4,16,gAMA",
        "2,16,gAMA"
    })
    void takesTheSamplesAsTheyAre(int kind, int bits, String chunk) throws IOException {
        int most = (1 << bits) - 1;
        int[] samples = {0, most / 4 + 1, most / 2, most};
        Path file = Files.write(folder.resolve("p.png"), png(kind, bits, chunk, samples));
        boolean alpha = (kind & ALPHA) != 0 || "tRNS".equals(chunk);
        for (DType type : List.of(DType.UINT8, DType.UINT16, DType.INT32, DType.FLOAT32)) {
            boolean wide = bits == 16 && type.bytes() > 1;
            float white = type == DType.FLOAT32 ? 1 : wide ? most : 255;
            TensorInfo colour = info(type, 1L, 3L, 1L, 4L);
            List<Float> expected =
                    IntStream.range(0, 12)
                            .mapToObj(i -> channel(kind, most, samples[i % 4], i / 4))
                            .map(sample -> sample * white / most)
                            .map(value -> type == DType.FLOAT32 ? value : Math.round(value))
                            .toList();
            assertThat(floats(colour, file)).as("%s", type).isEqualTo(expected);
            if ((kind & RGB) == 0) {
                assertThat(floats(info(type, 1L, 4L), file)).isEqualTo(expected.subList(0, 4));
            }
            assertThat(TensorFile.read(file, colour, empty(colour)).contains("(alpha dropped)"))
                    .isEqualTo(alpha);
        }
    }

    private static float channel(int kind, int most, int sample, int channel) {
        return (kind & RGB) != 0 && channel == 1 ? most - sample : sample;
    }

    /** One row. Colours have an inverse green, alpha is a third. */
    private static byte[] png(int kind, int bits, String chunk, int... samples) throws IOException {
        StringBuilder row = new StringBuilder("00000000"); // no filter
        int most = (1 << bits) - 1;
        for (int i = 0; i < samples.length; i++) {
            int channels = kind == PALETTE ? 1 : (kind & RGB) + 1;
            for (int channel = 0; channel < channels; channel++) {
                row.append(
                        digits(
                                bits,
                                kind == PALETTE
                                        ? i
                                        : (int) channel(kind, most, samples[i], channel)));
            }
            row.append((kind & ALPHA) == 0 ? "" : digits(bits, most / 3));
        }
        row.append("0".repeat(Math.floorMod(-row.length(), 8)));
        byte[] packed = new byte[row.length() / 8];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = (byte) Integer.parseInt(row.substring(8 * i, 8 * i + 8), 2);
        }
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        try (var out = new DeflaterOutputStream(rows)) {
            out.write(packed);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(HexFormat.of().parseHex("89504e470d0a1a0a"));
        chunk(
                png,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(samples.length)
                        .putInt(1)
                        .put((byte) bits)
                        .put((byte) kind)
                        .array());
        if ("gAMA".equals(chunk)) {
            chunk(png, chunk, ByteBuffer.allocate(4).putInt(100_000).array());
        }
        if (kind == PALETTE) {
            ByteBuffer colours = ByteBuffer.allocate(3 * samples.length);
            for (int sample : samples) {
                for (int channel = 0; channel < 3; channel++) {
                    colours.put((byte) channel(kind, most, sample, channel));
                }
            }
            chunk(png, "PLTE", colours.array());
        }
        if ("tRNS".equals(chunk)) {
            int bytes = kind == PALETTE ? 2 : 2 * (kind + 1); // the first colour is transparent
            chunk(png, chunk, new byte[bytes]);
        }
        chunk(png, "IDAT", rows.toByteArray());
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static String digits(int bits, int sample) {
        return Integer.toBinaryString(1 << bits | sample).substring(1);
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(data.length + 12).putInt(data.length);
        chunk.put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, data.length + 4);
        png.writeBytes(chunk.putInt((int) crc.getValue()).array());
    }

    @Test
    void refusesSamplesThatTheElementsDoNotHold() throws IOException {
        Path file = Files.write(folder.resolve("p.png"), png(GRAY, 16, null, 0, 1, 0x7fff, 0x7fff));
        TensorInfo info = info(DType.INT16, 1L, 4L);
        assertThat(floats(info, file)).containsExactly(0f, 1f, 32767f, 32767f);
        Files.write(file, png(GRAY, 16, null, 0, 1, 2, 0x8000));
        assertThatThrownBy(() -> floats(info, file)).hasMessageContaining("sample of 32768");
    }

    /** A mask is true where it is not black, and has no shades between when it is resized. */
    @Test
    void takesMasks() throws IOException {
        Path file = Files.write(folder.resolve("p.png"), png(GRAY, 16, null, 0, 1, 255, 65535));
        assertThat(floats(info(DType.BOOL, 1L, 4L), file)).containsExactly(0f, 1f, 1f, 1f);
        Files.write(file, png(GRAY, 8, null, 0, 0, 255, 255));
        assertThat(floats(info(DType.BOOL, 1L, 6L), file)).containsExactly(0f, 0f, 0f, 1f, 1f, 1f);
        assertThat(floats(info(DType.FLOAT32, 1L, 2L), file)).containsExactly(0f, 1f);
        assertThat(floats(info(DType.FLOAT32, 1L, 1L), file)).containsExactly(0.5f);
    }

    /** What a camera says of how it was held is told, whatever the order of its bytes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "4d4d002a0000000800010112000300000001000600000000",
                "49492a0008000000010012010300010000000600000000"
            })
    void tellsAnOrientation(String exif) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(4, 1, BufferedImage.TYPE_INT_RGB), "jpg", out);
        byte[] jpeg = out.toByteArray();
        byte[] tiff = HexFormat.of().parseHex(exif);
        ByteBuffer turned = ByteBuffer.allocate(jpeg.length + tiff.length + 10);
        turned.put(jpeg, 0, 2).putShort((short) 0xffe1).putShort((short) (tiff.length + 8));
        turned.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(tiff);
        turned.put(jpeg, 2, jpeg.length - 2);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        byte[] plain = png(GRAY, 8, null, 0, 1, 2, 3);
        png.write(plain, 0, plain.length - 12);
        chunk(png, "eXIf", tiff);
        png.write(plain, plain.length - 12, 12);
        TensorInfo info = info(DType.UINT8, 1L, 4L);
        Path file = Files.write(folder.resolve("p.jpg"), turned.array());
        assertThat(TensorFile.read(file, info, empty(info))).contains("EXIF orientation 6");
        Files.write(file, png.toByteArray());
        assertThat(TensorFile.read(file, info, empty(info))).contains("EXIF orientation 6");
        Files.write(file, jpeg);
        assertThat(TensorFile.read(file, info, empty(info))).isEqualTo(file.toString());
    }

    /** With 8 bits for each sample as long as they do, else with 16. */
    @ParameterizedTest
    @CsvSource({
        "UINT8,255,8",
        "BOOL,1,8",
        "UINT16,255,8",
        "UINT16,256,16",
        "UINT16,65535,16",
        "INT16,32767,16",
        "INT32,255,8",
        "FLOAT32,1,8"
    })
    void writesWhatReadsBackTheSame(DType type, float most, int bits) throws IOException {
        for (Long[] shape : new Long[][] {{1L, 3L, 2L, 2L}, {1L, 2L, 2L, 3L}, {3L, 4L}}) {
            TensorInfo info = info(type, shape);
            MemorySegment data = empty(info);
            for (int i = 0; i < 12; i++) {
                Elements.put(type, data, i, (int) (most / 11 * i));
            }
            Path file = folder.resolve("p.png");
            assertThat(TensorFile.write(file, info, data, "-")).isEqualTo(file.toString());
            assertThat(Files.readAllBytes(file)[24]).isEqualTo((byte) bits);
            assertThat(floats(info, file))
                    .isEqualTo(
                            LongStream.range(0, 12)
                                    .mapToObj(i -> Elements.get(type, data, i).floatValue())
                                    .toList());
        }
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
        assertThat(TensorFile.write(file, info, data, "-")).isEqualTo(file.toString());
        MemorySegment copy = empty(info);
        TensorFile.read(file, info, copy);
        assertThat(copy.mismatch(data)).isEqualTo(-1);
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
        assertThat(TensorFile.write(file, info, data, "-")).contains("black is -2.0, white is 0.0");
    }

    @Test
    void refusesWhatIsNoPictureOrHasNoPlaceForOne() throws IOException {
        TensorInfo info = info(DType.FLOAT32, 1L, 1L, 8L, 8L);
        Path file = Files.writeString(folder.resolve("a.png"), "no\0picture");
        assertThatThrownBy(() -> TensorFile.read(file, info, empty(info)))
                .hasMessageContaining("no PNG or JPEG");
        TensorInfo vector = info(DType.FLOAT32, 1L, 1000L);
        TensorInfo batch = info(DType.FLOAT32, 2L, 3L, 8L, 8L);
        assertThatThrownBy(() -> TensorFile.checkOutput(file, batch, "-"))
                .hasMessageContaining("1 or 3 channels");
        assertThatThrownBy(() -> TensorFile.checkOutput(Path.of("a.gif"), vector, "-"))
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

    private static List<Float> floats(TensorInfo info, Path file) {
        MemorySegment data = empty(info);
        TensorFile.read(file, info, data);
        return LongStream.range(0, info.elements())
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

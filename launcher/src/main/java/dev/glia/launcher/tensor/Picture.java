package dev.glia.launcher.tensor;

import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Pictures as tensors: 0 to 1 in floating point tensors; 0 to 255 in integer ones, or 0 to 65535
 * when both the samples and the elements have 16 bits; true where it is not black in Boolean ones.
 */
public final class Picture {
    private static final long MAX_PIXELS = 100_000_000;
    private static final int HEAD_BYTES = 1 << 20;
    private static final int BYTE_WHITE = 255;
    private static final int WIDE_WHITE = 65535;

    private Picture() {}

    /**
     * Where a tensor has its pixels.
     *
     * @param channels 1 for gray, 3 for red, green and blue
     * @param height rows
     * @param width columns
     * @param interleaved whether the channels of a pixel are beside each other (NHWC)
     */
    record Layout(int channels, int height, int width, boolean interleaved) {

        static Layout of(Path file, TensorInfo info) {
            List<Long> shape = info.shape();
            if (shape.size() == 4 && shape.getFirst() == 1) {
                shape = shape.subList(1, 4);
            }
            if (shape.size() == 2) {
                return of(file, info, 1, shape.get(0), shape.get(1), false);
            }
            if (shape.size() == 3 && isChannels(shape.get(0))) {
                return of(file, info, shape.get(0), shape.get(1), shape.get(2), false);
            }
            if (shape.size() == 3 && isChannels(shape.get(2))) {
                return of(file, info, shape.get(2), shape.get(0), shape.get(1), true);
            }
            throw TensorFile.invalid(
                    file,
                    info,
                    "a picture needs a shape like [1,C,H,W] or [1,H,W,C] with 1 or 3 channels");
        }

        private static Layout of(
                Path file,
                TensorInfo info,
                long channels,
                long height,
                long width,
                boolean beside) {
            boolean narrow = info.dtype() == DType.INT8 || info.dtype().name().startsWith("FLOAT8");
            if (height < 1 || width < 1 || height > MAX_PIXELS / width || narrow) {
                throw TensorFile.invalid(
                        file, info, "no picture has this size or type; use .npy, .pb or .bin");
            }
            return new Layout((int) channels, (int) height, (int) width, beside);
        }

        private static boolean isChannels(long extent) {
            return extent == 1 || extent == 3;
        }

        long index(int channel, int y, int x) {
            long pixel = (long) y * width + x;
            return interleaved
                    ? pixel * channels + channel
                    : (long) channel * height * width + pixel;
        }
    }

    static String read(Path file, TensorInfo info, MemorySegment data) throws IOException {
        Layout layout = Layout.of(file, info);
        Samples picture = decode(file, info);
        fill(file, picture, layout, info, data);
        List<String> notes = new ArrayList<>();
        if (picture.width() != layout.width() || picture.height() != layout.height()) {
            notes.add("resized from " + picture.width() + "x" + picture.height());
        }
        if (picture.hasAlpha()) {
            notes.add("alpha dropped");
        }
        int orientation = orientation(file);
        if (orientation != Orientation.UPRIGHT) {
            notes.add("not turned by its EXIF orientation " + orientation);
        }
        return notes.isEmpty() ? file.toString() : file + " (" + String.join(", ", notes) + ")";
    }

    /**
     * Fills a tensor with a gray picture.
     *
     * @param gray one byte for each pixel, row by row
     * @param width the width of the picture
     * @param info the tensor
     * @param data the memory of the tensor
     */
    public static void fill(byte[] gray, int width, TensorInfo info, MemorySegment data) {
        Layout layout = Layout.of(Path.of("the picture"), info);
        float white = Elements.isFloat(info.dtype()) ? 255 : 1;
        int height = gray.length / width;
        for (int y = 0; y < layout.height(); y++) {
            for (int x = 0; x < layout.width(); x++) {
                int pixel = y * height / layout.height() * width + x * width / layout.width();
                for (int channel = 0; channel < layout.channels(); channel++) {
                    long index = layout.index(channel, y, x);
                    Elements.put(info.dtype(), data, index, (gray[pixel] & 0xff) / white);
                }
            }
        }
    }

    private static void fill(
            Path file, Samples picture, Layout layout, TensorInfo info, MemorySegment data) {
        float white = white(picture.white(), info.dtype());
        for (int y = 0; y < layout.height(); y++) {
            for (int x = 0; x < layout.width(); x++) {
                for (int channel = 0; channel < layout.channels(); channel++) {
                    float value =
                            picture.value(layout, x, y, channel, info.dtype() != DType.BOOL)
                                    * white
                                    / picture.white();
                    if (info.dtype() == DType.INT16 && value > Short.MAX_VALUE) {
                        throw TensorFile.invalid(
                                file, info, "it has a sample of " + (int) value + "; use uint16");
                    }
                    Elements.put(info.dtype(), data, layout.index(channel, y, x), value);
                }
            }
        }
    }

    /** {@return what becomes of the brightest sample} */
    private static float white(int sample, DType type) {
        boolean wide = sample > BYTE_WHITE && type.bytes() > 1;
        return Elements.isFloat(type) ? 1 : wide ? sample : BYTE_WHITE;
    }

    static String write(Path file, TensorInfo info, MemorySegment data) throws IOException {
        Layout layout = Layout.of(file, info);
        String note = file.toString();
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (long i = 0; i < info.elements(); i++) {
            float value = Elements.get(info.dtype(), data, i).floatValue();
            if (Float.isFinite(value)) {
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        boolean zeroToOne = Elements.isFloat(info.dtype()) || info.dtype() == DType.BOOL;
        boolean wide = info.dtype().bytes() == 2 && !zeroToOne && least >= 0 && most > BYTE_WHITE;
        int white = wide ? WIDE_WHITE : BYTE_WHITE;
        float low = 0;
        float high = zeroToOne ? 1 : white;
        if (least < low || most > high) {
            note += " (black is " + least + ", white is " + most + ")";
            low = least;
            high = most > least ? most : least + 1;
        }
        int bytes = wide ? 2 : 1;
        ByteBuffer samples = ByteBuffer.allocate(Math.toIntExact(bytes * info.elements()));
        for (int y = 0; y < layout.height(); y++) {
            for (int x = 0; x < layout.width(); x++) {
                for (int channel = 0; channel < layout.channels(); channel++) {
                    long index = layout.index(channel, y, x);
                    float value = Elements.get(info.dtype(), data, index).floatValue();
                    float shade = Math.clamp((value - low) / (high - low) * white, 0f, white);
                    int sample = Math.round(shade); // NaN becomes black
                    if (wide) {
                        samples.putShort((short) sample);
                    } else {
                        samples.put((byte) sample);
                    }
                }
            }
        }
        byte[] png = PngWriter.picture(layout, bytes * Byte.SIZE, samples.array());
        OutputFile.write(file, png, MemorySegment.NULL);
        return note;
    }

    private static int orientation(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Orientation.of(MemorySegment.ofArray(in.readNBytes(HEAD_BYTES)));
        }
    }

    private static Samples decode(Path file, TensorInfo info) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        ImageIO.setUseCache(false);
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            var readers =
                    in == null ? List.<ImageReader>of().iterator() : ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw TensorFile.invalid(file, info, "it is no PNG or JPEG picture");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                if ((long) reader.getWidth(0) * reader.getHeight(0) > MAX_PIXELS) {
                    throw TensorFile.invalid(
                            file, info, "it has more than " + MAX_PIXELS + " pixels");
                }
                var complaints = new ArrayList<String>();
                reader.addIIOReadWarningListener((source, warning) -> complaints.add(warning));
                Samples picture = new Samples(reader.read(0));
                if (reader.getFormatName().equalsIgnoreCase("png") && !complaints.isEmpty()) {
                    throw new IOException(complaints.getFirst());
                }
                if (!picture.isKnown()) {
                    throw TensorFile.invalid(
                            file, info, "its samples are neither gray nor red, green and blue");
                }
                return picture;
            } catch (IOException
                    | IllegalArgumentException
                    | IndexOutOfBoundsException
                    | NegativeArraySizeException damaged) {
                throw TensorFile.invalid(
                        file, info, "it is a damaged picture (" + damaged.getMessage() + ")");
            } finally {
                reader.dispose();
            }
        }
    }
}

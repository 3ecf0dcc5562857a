package dev.glia.launcher.tensor;

import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Pictures as tensors: 0 to 1 in floating point tensors, 0 to 255 in integer ones. */
public final class Picture {
    private static final long MAX_PIXELS = 100_000_000;

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
        BufferedImage picture = rgb(decode(file, info));
        String note = file.toString();
        if (picture.getWidth() != layout.width() || picture.getHeight() != layout.height()) {
            note += " (resized from " + picture.getWidth() + "x" + picture.getHeight() + ")";
            picture = resize(picture, layout.width(), layout.height());
        }
        fill(picture, layout, info, data);
        return note;
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
            BufferedImage picture, Layout layout, TensorInfo info, MemorySegment data) {
        float white = Elements.isFloat(info.dtype()) ? 255 : 1;
        for (int y = 0; y < layout.height(); y++) {
            for (int x = 0; x < layout.width(); x++) {
                int pixel = picture.getRGB(x, y);
                int red = pixel >> 16 & 0xff;
                int green = pixel >> 8 & 0xff;
                int blue = pixel & 0xff;
                if (layout.channels() == 1) {
                    float luma =
                            red == green && green == blue
                                    ? red
                                    : 0.299f * red + 0.587f * green + 0.114f * blue;
                    Elements.put(info.dtype(), data, layout.index(0, y, x), luma / white);
                } else {
                    Elements.put(info.dtype(), data, layout.index(0, y, x), red / white);
                    Elements.put(info.dtype(), data, layout.index(1, y, x), green / white);
                    Elements.put(info.dtype(), data, layout.index(2, y, x), blue / white);
                }
            }
        }
    }

    static String write(Path file, TensorInfo info, MemorySegment data) throws IOException {
        Layout layout = Layout.of(file, info);
        float low = 0;
        float high = Elements.isFloat(info.dtype()) ? 1 : 255;
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
        if (least < low || most > high) {
            note += " (black is " + least + ", white is " + most + ")";
            low = least;
            high = most > least ? most : least + 1;
        }
        byte[] samples = new byte[Math.toIntExact(info.elements())];
        int next = 0;
        for (int y = 0; y < layout.height(); y++) {
            for (int x = 0; x < layout.width(); x++) {
                for (int channel = 0; channel < layout.channels(); channel++) {
                    long index = layout.index(channel, y, x);
                    float value = Elements.get(info.dtype(), data, index).floatValue();
                    float shade = Math.clamp((value - low) / (high - low) * 255, 0f, 255f);
                    samples[next++] = (byte) Math.round(shade); // NaN becomes black
                }
            }
        }
        PngWriter.write(file, layout.width(), layout.height(), layout.channels(), samples);
        return note;
    }

    private static BufferedImage decode(Path file, TensorInfo info) throws IOException {
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
                BufferedImage picture = reader.read(0);
                if (reader.getFormatName().equalsIgnoreCase("png") && !complaints.isEmpty()) {
                    throw new IOException(complaints.getFirst());
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

    /**
     * Gray pictures are taken by their samples: Java's conversion of gray would change the
     * brightness.
     */
    private static BufferedImage rgb(BufferedImage source) {
        boolean gray = source.getType() == BufferedImage.TYPE_BYTE_GRAY;
        BufferedImage target =
                new BufferedImage(
                        source.getWidth(), source.getHeight(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < source.getHeight(); y++) {
            for (int x = 0; x < source.getWidth(); x++) {
                int shade = gray ? source.getRaster().getSample(x, y, 0) : 0;
                target.setRGB(x, y, gray ? shade << 16 | shade << 8 | shade : source.getRGB(x, y));
            }
        }
        return target;
    }

    private static BufferedImage resize(BufferedImage source, int width, int height) {
        BufferedImage target = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = target.createGraphics();
        try {
            graphics.setRenderingHint(
                    RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            graphics.drawImage(source, 0, 0, width, height, null);
        } finally {
            graphics.dispose();
        }
        return target;
    }
}

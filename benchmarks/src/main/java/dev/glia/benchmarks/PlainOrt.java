package dev.glia.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Map;

import javax.imageio.ImageIO;

/**
 * What {@code glia run} does with the sample, as a plain Java program would do it with ONNX
 * Runtime: load the model, read the picture, run once, write the picture, print. Arguments: the
 * ONNX file, the picture, the picture to write.
 */
public final class PlainOrt {
    private static final int WHITE = 255;

    private PlainOrt() {}

    /**
     * Runs the model once.
     *
     * @param files the ONNX file, the picture to read, the picture to write
     */
    public static void main(String... files) throws OrtException, IOException {
        long start = System.nanoTime();
        try (OrtEnvironment environment = OrtEnvironment.getEnvironment();
                SessionOptions options = oneThread();
                OrtSession session = environment.createSession(files[0], options)) {
            long loaded = System.nanoTime();
            BufferedImage picture = ImageIO.read(new File(files[1]));
            int width = picture.getWidth();
            int height = picture.getHeight();
            FloatBuffer pixels = FloatBuffer.allocate(width * height);
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    pixels.put(y * width + x, gray(picture, x, y));
                }
            }
            try (OnnxTensor input =
                    OnnxTensor.createTensor(
                            environment, pixels, new long[] {1, 1, height, width})) {
                long ready = System.nanoTime();
                try (OrtSession.Result result = session.run(Map.of("image", input))) {
                    long done = System.nanoTime();
                    OnnxTensor edges = (OnnxTensor) result.get(0);
                    ImageIO.write(
                            picture(edges.getFloatBuffer(), width, height),
                            "png",
                            new File(files[2]));
                    System.out.printf("loaded in %.0f ms%n", millis(loaded - start));
                    System.out.printf(
                            "1 execution  %.2f ms  -> %s%n", millis(done - ready), files[2]);
                }
            }
        }
    }

    private static SessionOptions oneThread() throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        return options;
    }

    private static float gray(BufferedImage picture, int x, int y) {
        if (picture.getType() == BufferedImage.TYPE_BYTE_GRAY) {
            return picture.getRaster().getSample(x, y, 0)
                    / (float) WHITE; // getRGB would change the brightness
        }
        int pixel = picture.getRGB(x, y);
        int red = pixel >> 16 & WHITE;
        int green = pixel >> 8 & WHITE;
        int blue = pixel & WHITE;
        return (0.299f * red + 0.587f * green + 0.114f * blue) / WHITE;
    }

    private static BufferedImage picture(FloatBuffer values, int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture.getRaster()
                        .setSample(x, y, 0, Math.round(values.get(y * width + x) * WHITE));
            }
        }
        return picture;
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }
}

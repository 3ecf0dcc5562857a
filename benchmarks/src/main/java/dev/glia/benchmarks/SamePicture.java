package dev.glia.benchmarks;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;

import javax.imageio.ImageIO;

/**
 * Proves that the contestants computed the same: ends with an error unless all pictures given are
 * alike.
 */
public final class SamePicture {
    /** Rounding to a gray level may differ by one. */
    private static final int TOLERANCE = 1;

    private SamePicture() {}

    /**
     * Compares.
     *
     * @param files the pictures
     */
    public static void main(String... files) throws IOException {
        BufferedImage first = ImageIO.read(new File(files[0]));
        for (String file : files) {
            BufferedImage other = ImageIO.read(new File(file));
            int difference = difference(first, other);
            if (difference > TOLERANCE) {
                System.err.println(
                        files[0] + " and " + file + " differ by " + difference + " gray levels");
                System.exit(1);
            }
        }
    }

    private static int difference(BufferedImage one, BufferedImage other) {
        if (one.getWidth() != other.getWidth() || one.getHeight() != other.getHeight()) {
            return Integer.MAX_VALUE;
        }
        int greatest = 0;
        for (int y = 0; y < one.getHeight(); y++) {
            for (int x = 0; x < one.getWidth(); x++) {
                int difference =
                        one.getRaster().getSample(x, y, 0) - other.getRaster().getSample(x, y, 0);
                greatest = Math.max(greatest, Math.abs(difference));
            }
        }
        return greatest;
    }
}

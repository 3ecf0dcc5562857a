package dev.glia.launcher.tensor;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * The samples of a picture as its file has them: nothing is done about gamma, colour spaces and
 * alpha. Java's own conversions of gray change the brightness.
 */
final class Samples {
    private static final int MOST_BITS = 16;

    private final Raster raster;
    private final ColorModel model;
    private final boolean palette;

    Samples(BufferedImage picture) {
        raster = picture.getRaster();
        model = picture.getColorModel();
        palette = model instanceof IndexColorModel;
    }

    /** {@return whether the samples are gray, or red, green and blue} */
    boolean isKnown() {
        int space = model.getColorSpace().getType();
        return (space == ColorSpace.TYPE_GRAY || space == ColorSpace.TYPE_RGB)
                && (palette || model.getComponentSize(0) <= MOST_BITS);
    }

    int width() {
        return raster.getWidth();
    }

    int height() {
        return raster.getHeight();
    }

    boolean hasAlpha() {
        return model.hasAlpha();
    }

    /** {@return what a sample is at most: 255, 65535, or what else its bits can tell} */
    int white() {
        return palette ? 255 : (1 << model.getComponentSize(0)) - 1;
    }

    /**
     * {@return a pixel of the picture in the size of a tensor}
     *
     * @param layout the size of the tensor, and whether it is gray
     * @param smooth whether it may be mixed of four pixels
     */
    float value(Picture.Layout layout, int x, int y, int channel, boolean smooth) {
        double across = position(x, width(), layout.width());
        double down = position(y, height(), layout.height());
        int left = (int) (smooth ? across : Math.round(across));
        int top = (int) (smooth ? down : Math.round(down));
        boolean gray = layout.channels() == 1;
        if (!smooth || across == left && down == top) {
            return value(left, top, channel, gray);
        }
        int right = Math.min(left + 1, width() - 1);
        int bottom = Math.min(top + 1, height() - 1);
        return mix(
                down - top,
                mix(
                        across - left,
                        value(left, top, channel, gray),
                        value(right, top, channel, gray)),
                mix(
                        across - left,
                        value(left, bottom, channel, gray),
                        value(right, bottom, channel, gray)));
    }

    /** Where the middle of a pixel of the tensor lies in the picture. */
    private static double position(int at, int extent, int of) {
        return Math.clamp((at + 0.5) * extent / of - 0.5, 0, extent - 1);
    }

    private static float mix(double share, float one, float other) {
        return (float) (one + share * (other - one));
    }

    private float value(int x, int y, int channel, boolean gray) {
        return gray ? gray(x, y) : colour(x, y, channel);
    }

    /** {@return red, green or blue of a pixel: channel 0, 1 or 2} */
    private float colour(int x, int y, int channel) {
        if (palette) {
            return model.getRGB(raster.getSample(x, y, 0)) >> 16 - 8 * channel & 0xff;
        }
        return raster.getSample(x, y, model.getNumColorComponents() == 1 ? 0 : channel);
    }

    /** {@return how bright a pixel is} */
    private float gray(int x, int y) {
        float red = colour(x, y, 0);
        float green = colour(x, y, 1);
        float blue = colour(x, y, 2);
        boolean gray = red == green && green == blue;
        return gray ? red : 0.299f * red + 0.587f * green + 0.114f * blue;
    }
}

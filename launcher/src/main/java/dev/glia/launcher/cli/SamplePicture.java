package dev.glia.launcher.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/**
 * The picture of the sample: a house under the sun. Anybody sees at once whether its edges are
 * right.
 */
final class SamplePicture {
    private static final int SIZE = 256;

    private SamplePicture() {}

    static BufferedImage draw() {
        BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = picture.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        fill(pen, 205).fillRect(0, 0, SIZE, SIZE); // sky
        fill(pen, 120).fillRect(0, 196, SIZE, 60); // ground
        fill(pen, 250).fillOval(188, 22, 46, 46); // sun
        pen.setStroke(new BasicStroke(3));
        for (int ray = 0; ray < 12; ray++) {
            double angle = Math.PI * ray / 6;
            pen.drawLine(
                    along(211, 30, Math.cos(angle)),
                    along(45, 30, Math.sin(angle)),
                    along(211, 38, Math.cos(angle)),
                    along(45, 38, Math.sin(angle)));
        }
        fill(pen, 165).fillRect(66, 116, 116, 92); // wall
        fill(pen, 70)
                .fillPolygon(
                        new Polygon(new int[] {52, 124, 196}, new int[] {118, 54, 118}, 3)); // roof
        fill(pen, 60).fillRect(154, 62, 16, 34); // chimney
        fill(pen, 40).fillRect(112, 156, 26, 52); // door
        fill(pen, 230).fillOval(130, 180, 5, 5);
        for (int x : new int[] {78, 148}) { // windows with crosses
            fill(pen, 235).fillRect(x, 134, 24, 24);
            fill(pen, 90).drawLine(x + 12, 134, x + 12, 157);
            pen.drawLine(x, 146, x + 23, 146);
        }
        fill(pen, 85).fillRect(26, 160, 8, 48); // tree
        fill(pen, 100).fillOval(8, 112, 44, 60);
        pen.dispose();
        return picture;
    }

    private static Graphics2D fill(Graphics2D pen, int shade) {
        pen.setColor(new Color(shade, shade, shade));
        return pen;
    }

    private static int along(int center, int radius, double direction) {
        return center + (int) Math.round(radius * direction);
    }
}

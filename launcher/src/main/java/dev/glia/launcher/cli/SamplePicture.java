package dev.glia.launcher.cli;

/**
 * The picture of the sample: a house under the sun. Anybody sees at once whether its edges are
 * right. It is painted pixel by pixel, because Java2D would take longer to load than the model
 * takes to run.
 */
final class SamplePicture {
    static final int SIZE = 256;

    private final byte[] pixels = new byte[SIZE * SIZE];

    private SamplePicture() {}

    /** How far a point is outside of a shape, in pixels; negative within. */
    private interface Shape {
        double distance(double x, double y);
    }

    /** {@return one byte for each pixel, row by row} */
    static byte[] draw() {
        SamplePicture picture = new SamplePicture();
        picture.scene();
        return picture.pixels;
    }

    private void scene() {
        rectangle(205, 0, 0, 256, 196); // sky
        rectangle(120, 0, 196, 256, 60); // ground
        ellipse(250, 211, 45, 23, 23); // sun
        for (int ray = 0; ray < 12; ray++) {
            double angle = Math.PI * ray / 6;
            double dx = Math.cos(angle);
            double dy = Math.sin(angle);
            line(250, 211 + 30 * dx, 45 + 30 * dy, 211 + 38 * dx, 45 + 38 * dy, 1.5);
        }
        rectangle(60, 154, 62, 16, 40); // chimney
        rectangle(165, 66, 116, 116, 92); // wall
        triangle(70, 52, 118, 124, 54, 196); // roof
        rectangle(40, 112, 156, 26, 52); // door
        ellipse(230, 132, 182, 2.5, 2.5);
        for (int x = 78; x <= 148; x += 70) { // windows with crosses
            rectangle(235, x, 134, 24, 24);
            rectangle(90, x + 11, 134, 2, 24);
            rectangle(90, x, 145, 24, 2);
        }
        rectangle(85, 26, 160, 8, 48); // tree
        ellipse(100, 30, 142, 22, 30);
    }

    private void rectangle(int shade, int left, int top, int width, int height) {
        double cx = left + width / 2.0;
        double cy = top + height / 2.0;
        fill(
                shade,
                (x, y) -> Math.max(Math.abs(x - cx) - width / 2.0, Math.abs(y - cy) - height / 2.0),
                cx,
                cy,
                width,
                height);
    }

    private void ellipse(int shade, double cx, double cy, double rx, double ry) {
        fill(
                shade,
                (x, y) -> (Math.hypot((x - cx) / rx, (y - cy) / ry) - 1) * Math.min(rx, ry),
                cx,
                cy,
                2 * rx,
                2 * ry);
    }

    private void line(int shade, double x1, double y1, double x2, double y2, double radius) {
        double length = Math.hypot(x2 - x1, y2 - y1);
        double dx = (x2 - x1) / length;
        double dy = (y2 - y1) / length;
        fill(
                shade,
                (x, y) -> {
                    double along = Math.clamp((x - x1) * dx + (y - y1) * dy, 0, length);
                    return Math.hypot(x - x1 - along * dx, y - y1 - along * dy) - radius;
                },
                (x1 + x2) / 2,
                (y1 + y2) / 2,
                length + 2 * radius,
                length + 2 * radius);
    }

    /** An isosceles triangle on a level base. */
    private void triangle(
            int shade, double left, double base, double middle, double top, double right) {
        double slope = (base - top) / (middle - left);
        double scale = Math.hypot(1, slope);
        fill(
                shade,
                (x, y) -> Math.max(y - base, (top + slope * Math.abs(x - middle) - y) / scale),
                middle,
                (base + top) / 2,
                right - left,
                base - top);
    }

    /** Mixes the shade into the pixels around a centre, by how much of each the shape covers. */
    private void fill(int shade, Shape shape, double cx, double cy, double width, double height) {
        int top = Math.max(0, (int) (cy - height / 2 - 2));
        int bottom = Math.min(SIZE, (int) (cy + height / 2 + 3));
        int left = Math.max(0, (int) (cx - width / 2 - 2));
        int right = Math.min(SIZE, (int) (cx + width / 2 + 3));
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                double covered = Math.clamp(0.5 - shape.distance(x + 0.5, y + 0.5), 0, 1);
                int old = pixels[y * SIZE + x] & 0xff;
                pixels[y * SIZE + x] = (byte) Math.round(old + covered * (shade - old));
            }
        }
    }
}

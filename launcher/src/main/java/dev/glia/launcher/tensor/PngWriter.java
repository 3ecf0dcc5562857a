package dev.glia.launcher.tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/**
 * Makes PNG pictures. The JDK's own writer does it too, but loads more classes than the rest of a
 * short run together.
 */
final class PngWriter {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte GRAY = 0;
    private static final byte RGB = 2;

    private PngWriter() {}

    /**
     * {@return a picture}
     *
     * @param layout its size and channels
     * @param bits of each sample: 8, or 16 with the high byte first
     * @param samples row by row, those of a pixel beside each other
     */
    static byte[] picture(Picture.Layout layout, int bits, byte[] samples) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(13);
        header.putInt(layout.width()).putInt(layout.height()).put((byte) bits);
        header.put(layout.channels() == 1 ? GRAY : RGB).put(new byte[3]);
        int row = samples.length / layout.height();
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(rows)) {
            for (int y = 0; y < layout.height(); y++) {
                out.write(0); // no filter
                out.write(samples, y * row, row);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(SIGNATURE);
        chunk(png, "IHDR", header.array());
        chunk(png, "IDAT", rows.toByteArray());
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(data.length + 12).putInt(data.length);
        chunk.put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, data.length + 4);
        png.writeBytes(chunk.putInt((int) crc.getValue()).array());
    }
}

package dev.glia.launcher.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** How a camera was held, as the EXIF data of a JPEG or PNG file says. */
final class Orientation {
    /** As it is; also for a file that says nothing. */
    static final int UPRIGHT = 1;

    private static final int MOST = 8;
    private static final int TAG = 0x0112;
    private static final int ENTRY_BYTES = 12;
    private static final int JPEG_APP1 = 0xffe1;
    private static final long EXIF = 0x4578_6966_0000L; // "Exif", 0, 0
    private static final long PNG_EXIF = 0x6558_4966L; // "eXIf"

    private Orientation() {}

    static int of(MemorySegment file) {
        try {
            boolean jpeg = number(file, 0, 2, true) == 0xffd8;
            return tiff(jpeg ? inJpeg(file) : inPng(file));
        } catch (IndexOutOfBoundsException none) { // the end of the file, or an offset beyond it
            return UPRIGHT;
        }
    }

    private static MemorySegment inJpeg(MemorySegment file) {
        long at = 2;
        while (number(file, at, 2, true) != JPEG_APP1 || number(file, at + 4, 6, true) != EXIF) {
            at += 2 + number(file, at + 2, 2, true);
        }
        return file.asSlice(at + 10);
    }

    private static MemorySegment inPng(MemorySegment file) {
        long at = 8;
        while (number(file, at + 4, 4, true) != PNG_EXIF) {
            at += 12 + number(file, at, 4, true);
        }
        return file.asSlice(at + 8);
    }

    private static int tiff(MemorySegment exif) {
        boolean big = exif.get(JAVA_BYTE, 0) == 'M';
        long folder = number(exif, 4, 4, big);
        long entries = number(exif, folder, 2, big);
        for (int i = 0; i < entries; i++) {
            long entry = folder + 2 + (long) i * ENTRY_BYTES;
            if (number(exif, entry, 2, big) == TAG) {
                long turned = number(exif, entry + 8, 2, big);
                return turned <= MOST ? (int) Math.max(UPRIGHT, turned) : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    private static long number(MemorySegment bytes, long at, int length, boolean big) {
        long number = 0;
        for (int i = 0; i < length; i++) {
            number = number << 8 | bytes.get(JAVA_BYTE, at + (big ? i : length - 1 - i)) & 0xff;
        }
        return number;
    }
}

package dev.glia.trust;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** As much of DER as signatures and time stamps are made of. */
final class Der {
    static final int SEQUENCE = 0x30;
    static final int SET = 0x31;
    static final int INTEGER = 0x02;
    static final int OCTETS = 0x04;
    static final int OBJECT_ID = 0x06;
    static final int TIME = 0x18;
    static final int SHORT_TIME = 0x17;
    static final int BOOLEAN = 0x01;
    static final int BITS = 0x03;

    private Der() {}

    static byte[] of(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else {
            byte[] count = BigInteger.valueOf(length).toByteArray();
            byte[] plain = count[0] == 0 ? Arrays.copyOfRange(count, 1, count.length) : count;
            out.write(0x80 | plain.length);
            out.writeBytes(plain);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    /** A part that only its place tells: [0] and so on. */
    static byte[] tagged(int number, byte[]... parts) {
        return of(0xa0 | number, parts);
    }

    static byte[] integer(long value) {
        return integer(BigInteger.valueOf(value));
    }

    static byte[] integer(BigInteger value) {
        return of(INTEGER, value.toByteArray());
    }

    static byte[] text(int tag, String text) {
        return of(tag, text.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] id(String dotted) {
        int[] arcs = Arrays.stream(dotted.split("\\.")).mapToInt(Integer::parseInt).toArray();
        var content = new ByteArrayOutputStream();
        content.write(arcs[0] * 40 + arcs[1]);
        for (int i = 2; i < arcs.length; i++) {
            for (int shift = 28; shift > 0; shift -= 7) {
                if (arcs[i] >>> shift != 0) {
                    content.write(arcs[i] >>> shift & 0x7f | 0x80);
                }
            }
            content.write(arcs[i] & 0x7f);
        }
        return of(OBJECT_ID, content.toByteArray());
    }

    /** The elements of a sequence that begins at the first byte. */
    static java.util.List<byte[]> elements(byte[] sequence) {
        var found = new java.util.ArrayList<byte[]>();
        int at = contentAt(sequence, 0);
        int end = endOf(sequence, 0);
        while (at < end) {
            found.add(Arrays.copyOfRange(sequence, at, endOf(sequence, at)));
            at = endOf(sequence, at);
        }
        return found;
    }

    private static int contentAt(byte[] der, int at) {
        int length = der[at + 1] & 0xff;
        return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
    }

    private static int endOf(byte[] der, int at) {
        int content = contentAt(der, at);
        int length = der[at + 1] & 0xff;
        if (length >= 0x80) {
            length = new BigInteger(1, Arrays.copyOfRange(der, at + 2, content)).intValue();
        }
        return content + length;
    }
}

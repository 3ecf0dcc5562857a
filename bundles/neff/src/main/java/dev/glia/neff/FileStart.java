package dev.glia.neff;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Tells the kind of a file from its first bytes. */
final class FileStart {
    /** What stands at the very beginning, one character a byte. */
    private static final Map<String, FileKind> MAGIC = new LinkedHashMap<>();

    private static final int TAR_MAGIC = 257;

    static {
        MAGIC.put("PK\3\4", FileKind.ZIP);
        MAGIC.put("PK\5\6", FileKind.ZIP);
        MAGIC.put("\u001f\u008b\b", FileKind.GZIP);
        MAGIC.put("\u0028\u00b5\u002f\u00fd", FileKind.PACKED);
        MAGIC.put("\u00fd7zXZ\0", FileKind.PACKED);
        MAGIC.put("BZh", FileKind.PACKED);
        MAGIC.put("7z\u00bc\u00af\u0027\u001c", FileKind.PACKED);
        MAGIC.put("\u0089HDF\r\n\u001a\n", FileKind.HDF5);
        MAGIC.put("\u0093NUMPY", FileKind.ARRAY);
        MAGIC.put("\u0089PNG\r\n\u001a\n", FileKind.PICTURE);
        MAGIC.put("\u00ff\u00d8\u00ff", FileKind.PICTURE);
        MAGIC.put("GIF8", FileKind.PICTURE);
        MAGIC.put("\u007fELF", FileKind.ELF);
        MAGIC.put("GGUF", FileKind.GGUF);
        MAGIC.put("\u00ff\u00fe", FileKind.TEXT);
        MAGIC.put("#!", FileKind.SCRIPT);
        MAGIC.put("version https://git-lfs", FileKind.LFS_POINTER);
        MAGIC.put("version http://git-media", FileKind.LFS_POINTER);
    }

    private final byte[] bytes;
    private final long size;

    /** The bytes as text, one character each. */
    private final String text;

    FileStart(byte[] bytes, long size) {
        this.bytes = bytes;
        this.size = size;
        this.text = new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The kind, or null. */
    FileKind kind() {
        if (size == 0) {
            return FileKind.EMPTY;
        }
        if (isNeff()) {
            return FileKind.NEFF;
        }
        for (var magic : MAGIC.entrySet()) {
            if (text.startsWith(magic.getKey())) {
                return refined(magic.getValue());
            }
        }
        if (text.startsWith("ustar", TAR_MAGIC)) {
            return FileKind.TAR;
        }
        if (isText()) {
            return written();
        }
        return binary();
    }

    /** The version of the package and the size of the header. */
    private boolean isNeff() {
        if (bytes.length < 2 * Long.BYTES) {
            return false;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long version = header.getLong();
        return (version == 1 || version == 2) && header.getLong() == NeffHeader.BYTES;
    }

    private FileKind refined(FileKind kind) {
        return switch (kind) {
            case ZIP -> firstEntry().endsWith(".npy") ? FileKind.NPZ : kind;
            case GZIP -> {
                FileStart inside = inflated();
                yield inside.isNeff()
                        ? FileKind.GZIP_NEFF
                        : inside.text.startsWith("ustar", TAR_MAGIC) ? FileKind.TAR_GZIP : kind;
            }
            default -> kind;
        };
    }

    private String firstEntry() {
        int name = 30;
        int length = bytes.length < name ? 0 : bytes[26] & 0xff | (bytes[27] & 0xff) << 8;
        return length == 0 ? "" : text.substring(name, Math.min(text.length(), name + length));
    }

    private FileStart inflated() {
        byte[] inflated = new byte[FileKind.START];
        int count = 0;
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            for (int more = 0; more >= 0 && count < inflated.length; count += Math.max(0, more)) {
                more = in.read(inflated, count, inflated.length - count);
            }
        } catch (IOException cutOff) {
            // There is only the beginning of the stream.
        }
        return new FileStart(Arrays.copyOf(inflated, count), Long.MAX_VALUE);
    }

    /** Whether it is UTF-8 that a person could have written; its last character may be cut. */
    private boolean isText() {
        CharBuffer decoded = CharBuffer.allocate(bytes.length);
        boolean utf8 =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes), decoded, false)
                        .isUnderflow();
        return utf8
                && decoded.flip()
                        .chars()
                        .allMatch(c -> !Character.isISOControl(c) || Character.isWhitespace(c));
    }

    private FileKind written() {
        String start =
                text.replaceFirst("^\u00ef\u00bb\u00bf", "").strip().toLowerCase(Locale.ROOT);
        if (start.startsWith("<")) {
            return start.contains("html") || start.startsWith("<head")
                    ? FileKind.HTML
                    : FileKind.XML;
        }
        return start.startsWith("{") || start.startsWith("[") ? FileKind.JSON : FileKind.TEXT;
    }

    private FileKind binary() {
        if (text.startsWith("TFL3", 4)) {
            return FileKind.TFLITE;
        }
        if (text.startsWith("ORTM", 4)) {
            return FileKind.ORT;
        }
        if (bytes.length > 2 && text.charAt(0) == 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
            return FileKind.PICKLE;
        }
        if (isSafetensors()) {
            return FileKind.SAFETENSORS;
        }
        return new ModelFields(bytes).kind();
    }

    /** The size of the JSON in front, then that JSON. */
    private boolean isSafetensors() {
        if (bytes.length <= Long.BYTES || bytes[Long.BYTES] != '{') {
            return false;
        }
        long json = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return json > 1 && json <= size - Long.BYTES;
    }
}

package dev.glia.neff;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What stands in front of the elements in a NumPy array file, as constants in NEFFs and tensors of
 * applications come in: magic, version, length of the header, and a Python dictionary.
 *
 * @param shape the extents, in C order
 * @param bytes where the elements begin
 */
public record NpyHeader(List<Long> shape, long bytes) {

    /** As much of a file as its header may take, in bytes. */
    public static final int LONGEST = 1 << 16;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int VERSION = MAGIC.length;
    private static final int LENGTH = VERSION + 2;
    private static final int MOST_DIMENSIONS = 64;
    private static final int MOST_DIGITS = 18;
    private static final int ALIGNMENT = 64;

    /**
     * Reads the header of a file.
     *
     * @param file the file, or the first {@link #LONGEST} bytes of it
     * @param dtype the element type that it must have
     * @param refusal makes an exception of a reason
     * @return the header
     * @throws NrtException that of {@code refusal}, when the file is no such array
     */
    public static NpyHeader read(
            MemorySegment file, DType dtype, Function<String, NrtException> refusal) {
        if (file.byteSize() < LENGTH + 4
                || file.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
            throw refusal.apply("it is no .npy file: it does not begin with \\x93NUMPY");
        }
        int version = file.get(JAVA_BYTE, VERSION);
        if (version < 1 || version > 3) {
            throw refusal.apply(".npy version " + version + " is unknown; 1 to 3 are accepted");
        }
        int start = LENGTH + (version == 1 ? 2 : 4);
        long length = 0;
        for (int at = start - 1; at >= LENGTH; at--) {
            length = length << 8 | file.get(JAVA_BYTE, at) & 0xff;
        }
        if (length > LONGEST - start || start + length > file.byteSize()) {
            throw refusal.apply(
                    "its header claims "
                            + length
                            + " bytes; the file ends before that, or it is more than "
                            + (LONGEST - start));
        }
        byte[] text = file.asSlice(start, length).toArray(JAVA_BYTE);
        return new Dictionary(new String(text, StandardCharsets.UTF_8), refusal)
                .header(dtype, start + length);
    }

    /**
     * {@return the header of an array, as NumPy writes it}
     *
     * @param dtype the element type
     * @param shape the extents
     */
    public static byte[] of(DType dtype, List<Long> shape) {
        String dictionary =
                "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
                        .formatted(names(dtype).getFirst(), tuple(shape));
        int start = LENGTH + 2;
        int padding = Math.floorMod(-(start + dictionary.length() + 1), ALIGNMENT);
        byte[] text = (dictionary + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] header = new byte[start + text.length];
        System.arraycopy(MAGIC, 0, header, 0, MAGIC.length);
        header[VERSION] = 1;
        header[LENGTH] = (byte) text.length;
        header[LENGTH + 1] = (byte) (text.length >> 8);
        System.arraycopy(text, 0, header, start, text.length);
        return header;
    }

    /**
     * {@return a shape as Python writes it, such as {@code (5,)}}
     *
     * @param shape the extents
     */
    public static String tuple(List<Long> shape) {
        return shape.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", "(", shape.size() == 1 ? ",)" : ")"));
    }

    /**
     * How NumPy, and ml_dtypes for the short floating point types, names an element type; the first
     * is written.
     */
    private static List<String> names(DType type) {
        return switch (type) {
            case BOOL -> List.of("|b1", "|u1", "|i1");
            case FLOAT32, FLOAT32R -> List.of("<f4");
            case FLOAT16 -> List.of("<f2");
            case BFLOAT16 -> List.of("<V2", "|V2", "bfloat16");
            case FLOAT8E3, FLOAT8E4, FLOAT8E5 -> List.of("|V1", "|u1", "|f1");
            case INT8 -> List.of("|i1");
            case UINT8 -> List.of("|u1", "|b1");
            case INT16 -> List.of("<i2");
            case UINT16 -> List.of("<u2");
            case INT32 -> List.of("<i4");
            case UINT32 -> List.of("<u4");
            case INT64 -> List.of("<i8");
            case UINT64 -> List.of("<u8");
        };
    }

    /** {@return what {@code array.astype} takes} */
    private static String numpy(DType type) {
        return switch (type) {
            case BFLOAT16 -> "ml_dtypes.bfloat16";
            case FLOAT8E3 -> "ml_dtypes.float8_e3m4";
            case FLOAT8E4 -> "ml_dtypes.float8_e4m3fn";
            case FLOAT8E5 -> "ml_dtypes.float8_e5m2";
            default -> "'" + names(type).getFirst() + "'";
        };
    }

    /** The dictionary. As in Python, the last of two equal keys counts. */
    private static final class Dictionary {
        private final String text;
        private final Function<String, NrtException> refusal;
        private int at;
        private String descr;
        private Boolean fortran;
        private List<Long> shape;

        Dictionary(String text, Function<String, NrtException> refusal) {
            this.text = text;
            this.refusal = refusal;
        }

        NpyHeader header(DType dtype, long bytes) {
            require("{");
            while (!accept("}")) {
                String key = string();
                require(":");
                switch (key) {
                    case "descr" -> descr = descr();
                    case "fortran_order" -> {
                        fortran = accept("True");
                        if (!fortran) {
                            require("False");
                        }
                    }
                    case "shape" -> shape = shape();
                    default -> throw refusal.apply("its header has the unknown key " + key);
                }
                if (!accept(",")) {
                    require("}");
                    break;
                }
            }
            skipBlanks();
            if (at < text.length() || descr == null || fortran == null || shape == null) {
                throw malformed();
            }
            check(dtype);
            return new NpyHeader(List.copyOf(shape), bytes);
        }

        private void check(DType dtype) {
            // The order of bytes does not matter to those of one byte; "=" is that of the host.
            String plain =
                    dtype.bytes() == 1
                            ? descr.replaceFirst("^[<>=]", "|")
                            : descr.replaceFirst("^=", "<");
            List<String> accepted = names(dtype);
            if (!accepted.contains(plain)) {
                throw refusal.apply(
                        "its elements are %s, and %s is %s; convert it with array.astype(%s)"
                                .formatted(
                                        descr,
                                        dtype.label(),
                                        String.join(" or ", accepted),
                                        numpy(dtype)));
            }
            if (fortran && shape.stream().filter(extent -> extent > 1).count() > 1) {
                throw refusal.apply("it is in Fortran order; save numpy.ascontiguousarray(array)");
            }
        }

        private String descr() {
            skipBlanks();
            if (at < text.length() && "[(".indexOf(text.charAt(at)) >= 0) {
                throw refusal.apply("its elements are records; save each field as an array");
            }
            return string();
        }

        private String string() {
            String quote = accept("\"") ? "\"" : "'";
            if (quote.equals("'")) {
                require(quote);
            }
            int end = text.indexOf(quote, at);
            if (end < 0) {
                throw malformed();
            }
            String string = text.substring(at, end);
            at = end + 1;
            return string;
        }

        private List<Long> shape() {
            List<Long> extents = new ArrayList<>();
            require("(");
            while (!accept(")")) {
                extents.add(extent());
                if (extents.size() > MOST_DIMENSIONS) {
                    throw refusal.apply("it has more than " + MOST_DIMENSIONS + " dimensions");
                }
                if (!accept(",")) {
                    require(")");
                    break;
                }
            }
            return extents;
        }

        private long extent() {
            skipBlanks();
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            String digits = text.substring(start, at);
            if (digits.isEmpty()) {
                throw malformed();
            }
            if (digits.length() > MOST_DIGITS) {
                throw refusal.apply("its shape has a dimension of " + digits);
            }
            accept("L"); // of Python 2
            return Long.parseLong(digits);
        }

        private boolean accept(String token) {
            skipBlanks();
            boolean there = text.startsWith(token, at);
            at += there ? token.length() : 0;
            return there;
        }

        private void require(String token) {
            if (!accept(token)) {
                throw malformed();
            }
        }

        private void skipBlanks() {
            while (at < text.length() && " \t\r\n\f".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private NrtException malformed() {
            return refusal.apply(
                    "its header is no dictionary of 'descr', 'fortran_order' and 'shape' with plain"
                            + " values: see character "
                            + at);
        }
    }
}

package dev.glia.launcher.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's array file: magic, version, length of the header, a Python dictionary, then the elements.
 */
final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_HEADER = 1 << 20;
    private static final Pattern DESCR =
            Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)['\"]");
    private static final Pattern ORDER =
            Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE =
            Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9L,\\s]*)\\)");

    private Npy() {}

    static String read(Path file, MemorySegment bytes, TensorInfo info, MemorySegment data) {
        if (bytes.byteSize() < 12
                || bytes.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
            throw TensorFile.invalid(
                    file, info, "it is no .npy file: it does not begin with \\x93NUMPY");
        }
        int version = bytes.get(JAVA_BYTE, 6);
        if (version < 1 || version > 3) {
            throw TensorFile.invalid(
                    file, info, ".npy version " + version + " is unknown; 1 to 3 are accepted");
        }
        int lengthBytes = version == 1 ? 2 : 4;
        long length = Elements.bits(lengthBytes, bytes.asSlice(8), 0);
        long start = 8 + lengthBytes + length;
        if (length > MAX_HEADER || start > bytes.byteSize()) {
            throw TensorFile.invalid(
                    file,
                    info,
                    "its header claims " + length + " bytes and ends outside of the file");
        }
        byte[] text = bytes.asSlice(8 + lengthBytes, length).toArray(JAVA_BYTE);
        String header = new String(text, StandardCharsets.UTF_8);

        String descr = find(DESCR, header, "descr", file, info);
        List<String> accepted = descriptions(info.dtype());
        String little = descr.startsWith("=") ? "<" + descr.substring(1) : descr;
        if (!accepted.contains(little)) {
            throw TensorFile.invalid(
                    file,
                    info,
                    "its elements are "
                            + descr
                            + ", accepted is "
                            + String.join(" or ", accepted)
                            + "; convert it with array.astype");
        }
        if (find(ORDER, header, "fortran_order", file, info).equals("True")) {
            throw TensorFile.invalid(
                    file, info, "it is in Fortran order; save numpy.ascontiguousarray(array)");
        }
        List<Long> shape = shape(find(SHAPE, header, "shape", file, info), file, info);
        if (!shape.equals(info.shape())) {
            throw TensorFile.invalid(
                    file,
                    info,
                    "its shape is "
                            + shape
                            + "; save array.reshape"
                            + info.shape().toString().replace('[', '(').replace(']', ')'));
        }
        if (bytes.byteSize() - start != info.bytes()) {
            throw TensorFile.invalid(
                    file,
                    info,
                    "it holds "
                            + (bytes.byteSize() - start)
                            + " bytes of elements instead of "
                            + info.bytes()
                            + "; it seems to be cut off or damaged");
        }
        data.copyFrom(bytes.asSlice(start));
        return file.toString();
    }

    private static String find(
            Pattern pattern, String header, String key, Path file, TensorInfo info) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw TensorFile.invalid(file, info, "its header has no usable '" + key + "'");
        }
        return matcher.group(1);
    }

    private static List<Long> shape(String text, Path file, TensorInfo info) {
        List<Long> shape = new ArrayList<>();
        for (String extent : text.split(",")) {
            String digits = extent.strip().replace("L", "");
            if (digits.length() > 18) {
                throw TensorFile.invalid(file, info, "its shape has a dimension of " + digits);
            }
            if (!digits.isEmpty()) {
                shape.add(Long.parseLong(digits));
            }
        }
        return shape;
    }

    /**
     * How NumPy (and ml_dtypes for the short floating point types) names an element type; the first
     * is written.
     */
    private static List<String> descriptions(DType type) {
        return switch (type) {
            case FLOAT32, FLOAT32R -> List.of("<f4");
            case FLOAT16 -> List.of("<f2");
            case BFLOAT16 -> List.of("<V2", "|V2", "bfloat16");
            case FLOAT8E3, FLOAT8E4, FLOAT8E5 -> List.of("|V1", "<V1", "|u1", "<f1");
            case INT8 -> List.of("|i1", "<i1");
            case UINT8 -> List.of("|u1", "<u1", "|b1");
            case INT16 -> List.of("<i2");
            case UINT16 -> List.of("<u2");
            case INT32 -> List.of("<i4");
            case UINT32 -> List.of("<u4");
            case INT64 -> List.of("<i8");
            case UINT64 -> List.of("<u8");
        };
    }

    static byte[] header(TensorInfo info) {
        StringBuilder shape = new StringBuilder();
        info.shape().forEach(extent -> shape.append(extent).append(", "));
        if (info.shape().size() > 1) {
            shape.setLength(shape.length() - 2);
        } else if (info.shape().size() == 1) {
            shape.setLength(shape.length() - 1);
        }
        String dictionary =
                "{'descr': '"
                        + descriptions(info.dtype()).getFirst()
                        + "', 'fortran_order': False, 'shape': ("
                        + shape
                        + "), }";
        int unpadded = 10 + dictionary.length() + 1;
        String text = dictionary + " ".repeat((64 - unpadded % 64) % 64) + "\n";
        byte[] header = new byte[10 + text.length()];
        System.arraycopy(MAGIC, 0, header, 0, MAGIC.length);
        header[6] = 1;
        header[8] = (byte) text.length();
        header[9] = (byte) (text.length() >> 8);
        System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, header, 10, text.length());
        return header;
    }
}

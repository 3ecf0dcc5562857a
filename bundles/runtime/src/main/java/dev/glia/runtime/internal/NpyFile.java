package dev.glia.runtime.internal;

import dev.glia.neff.FileKind;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's array file, mapped into memory: magic, version, length of the header, a Python
 * dictionary, then the elements.
 *
 * @param info the array as a tensor
 * @param elements its elements, read-only, as long as the arena lives
 */
record NpyFile(TensorInfo info, MemorySegment elements) {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 1 << 20;
    private static final int MOST_DIGITS = 18;
    private static final Pattern DESCR =
            Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]{1,16})['\"]");
    private static final Pattern ORDER =
            Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE =
            Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9L,\\s]*)\\)");

    /**
     * Maps a file.
     *
     * @param dtype the element type it must have
     * @param arena unmaps it
     * @throws NrtException NRT_INVALID for anything that is not such an array
     */
    static NpyFile map(Path file, DType dtype, Arena arena) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return map(file, channel, dtype, arena);
        } catch (ClosedByInterruptException interrupted) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE, file + ": the thread was interrupted, it is not mapped");
        } catch (IOException failure) {
            throw invalid(file, "it cannot be read: " + failure);
        }
    }

    private static NpyFile map(Path file, FileChannel channel, DType dtype, Arena arena)
            throws IOException {
        ByteBuffer start = read(channel, 0, MAGIC.length + 2 + Integer.BYTES);
        for (byte expected : MAGIC) {
            if (!start.hasRemaining() || start.get() != expected) {
                throw invalid(
                        file,
                        FileKind.of(file)
                                .map(
                                        kind ->
                                                kind.insteadOf(
                                                        FileKind.Wanted.VALUES, file.toString()))
                                .orElse("it is no .npy file: it does not begin with \\x93NUMPY"));
            }
        }
        if (start.remaining() < 2 + Integer.BYTES) {
            throw invalid(file, "it is cut off in its header");
        }
        int version = start.get();
        if (version < 1 || version > 3) {
            throw invalid(file, ".npy version " + version + " is unknown; 1 to 3 are accepted");
        }
        start.get();
        long length = version == 1 ? Short.toUnsignedLong(start.getShort()) : start.getInt();
        long elements = MAGIC.length + 2 + (version == 1 ? Short.BYTES : Integer.BYTES) + length;
        if (length < 0 || length > LONGEST_HEADER || elements > channel.size()) {
            throw invalid(file, "its header claims " + length + " bytes");
        }
        ByteBuffer text = read(channel, elements - length, (int) length);
        TensorInfo info = info(file, StandardCharsets.UTF_8.decode(text).toString(), dtype);
        long left = channel.size() - elements;
        if (left != info.bytes()) {
            throw invalid(
                    file,
                    "it holds "
                            + left
                            + " bytes of elements instead of "
                            + info.bytes()
                            + "; it seems to be cut off or damaged");
        }
        if (elements % dtype.bytes() != 0) {
            throw invalid(
                    file,
                    "its elements begin at byte "
                            + elements
                            + ", where a core cannot read them in place; save it with a newer NumPy");
        }
        return new NpyFile(info, channel.map(FileChannel.MapMode.READ_ONLY, elements, left, arena));
    }

    private static ByteBuffer read(FileChannel channel, long from, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
            // Until all is there, or the file ends.
        }
        return buffer.flip();
    }

    private static TensorInfo info(Path file, String header, DType dtype) {
        String descr = find(DESCR, header, "descr", file);
        if (!names(dtype).contains(descr.startsWith("=") ? "<" + descr.substring(1) : descr)) {
            throw invalid(
                    file,
                    "its elements are "
                            + descr
                            + ", and "
                            + dtype.label()
                            + " is "
                            + String.join(" or ", names(dtype))
                            + "; convert it with array.astype");
        }
        if (find(ORDER, header, "fortran_order", file).equals("True")) {
            throw invalid(file, "it is in Fortran order; save numpy.ascontiguousarray(array)");
        }
        String name = file.getFileName().toString().replaceFirst("\\.npy$", "");
        List<Long> shape = shape(find(SHAPE, header, "shape", file), file);
        return new TensorInfo(name, TensorInfo.Usage.INPUT, dtype, shape);
    }

    private static String find(Pattern pattern, String header, String key, Path file) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw invalid(file, "its header has no usable '" + key + "'");
        }
        return matcher.group(1);
    }

    private static List<Long> shape(String text, Path file) {
        List<Long> shape = new ArrayList<>();
        for (String extent : text.split(",")) {
            String digits = extent.strip().replace("L", "");
            if (digits.length() > MOST_DIGITS || !digits.chars().allMatch(Character::isDigit)) {
                throw invalid(file, "its shape has a dimension of " + digits);
            }
            if (!digits.isEmpty()) {
                shape.add(Long.parseLong(digits));
            }
        }
        return shape;
    }

    /** How NumPy, and ml_dtypes for the short floating point types, names an element type. */
    private static List<String> names(DType type) {
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

    private static NrtException invalid(Path file, String why) {
        return new NrtException(NrtStatus.NRT_INVALID, file + ": " + why);
    }
}

package dev.glia.launcher.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.neff.FileKind;
import dev.glia.neff.NpyHeader;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Reads and writes tensors; the ending of the file names its format. */
public final class TensorFile {

    private TensorFile() {}

    /**
     * Fills a tensor from a file. Of a Boolean tensor, every byte becomes 0 or 1.
     *
     * @param file a .npy, .pb, .png, .jpg or .bin file; a regular one, as a pipe could let a
     *     process wait while it owns cores
     * @param info the tensor it is for
     * @param data the memory of the tensor
     * @return what people should know of it: the file name, and how it was changed to fit
     * @throws NrtException NRT_INVALID when the file cannot be read or does not fit the tensor
     */
    public static String read(Path file, TensorInfo info, MemorySegment data) {
        try {
            if (Files.isDirectory(file) || OutputFile.isOther(file)) {
                throw new FileSystemException(
                        file.toString(), null, "it is a folder, a pipe or a device; give a file");
            }
            requireItsKind(file, info);
            return switch (ending(file)) {
                case "npy" -> mapped(file, info, data, bytes -> array(file, bytes, info, data));
                case "pb" ->
                        mapped(
                                file,
                                info,
                                data,
                                bytes -> TensorProto.read(file, bytes, info, data));
                case "bin" -> mapped(file, info, data, bytes -> raw(file, bytes, info, data));
                case "png", "jpg", "jpeg" -> Picture.read(file, info, data);
                default -> throw unknown(file, ".npy, .pb, .png, .jpg or .bin");
            };
        } catch (IOException unreadable) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "cannot read "
                            + file
                            + " for tensor "
                            + info.name()
                            + ": "
                            + reason(unreadable),
                    unreadable);
        }
    }

    /**
     * Writes a tensor to a file. A regular one is replaced as a whole, or stays as it was; a link,
     * a device or a pipe is written through, in the format of .npy when its name has no ending.
     *
     * @param file a .npy, .pb, .png or .bin file
     * @param info the tensor
     * @param data the memory of the tensor
     * @param advice what to do when the file cannot be written
     * @return what people should know of it: the file name, and how the values were changed to fit
     * @throws NrtException NRT_INVALID when the tensor does not fit the format, NRT_FAILURE when
     *     the file cannot be written
     */
    public static String write(Path file, TensorInfo info, MemorySegment data, String advice) {
        try {
            switch (outputEnding(file)) {
                case "npy" ->
                        OutputFile.write(file, NpyHeader.of(info.dtype(), info.shape()), data);
                case "pb" -> OutputFile.write(file, TensorProto.header(info), data);
                case "bin" -> OutputFile.write(file, new byte[0], data);
                case "png" -> {
                    return Picture.write(file, info, data);
                }
                default -> throw unknown(file, ".npy, .pb, .png or .bin");
            }
            return file.toString();
        } catch (IOException unwritable) {
            throw unwritable(file, unwritable, advice);
        }
    }

    /**
     * Checks that a tensor can be written to a place and in the format that its name asks for,
     * before anything is computed.
     *
     * @param file the file
     * @param info the tensor
     * @param advice what to do when the file cannot be written
     * @throws NrtException NRT_INVALID or NRT_FAILURE when it cannot
     */
    public static void checkOutput(Path file, TensorInfo info, String advice) {
        try {
            OutputFile.check(file);
        } catch (IOException unwritable) {
            throw unwritable(file, unwritable, advice);
        }
        switch (outputEnding(file)) {
            case "npy", "pb", "bin" -> {}
            case "png" -> Picture.Layout.of(file, info);
            default -> throw unknown(file, ".npy, .pb, .png or .bin");
        }
    }

    static NrtException invalid(Path file, TensorInfo info, String found) {
        return new NrtException(
                NrtStatus.NRT_INVALID,
                file
                        + " does not fit tensor "
                        + info.name()
                        + " ("
                        + info.typeAndShape()
                        + "): "
                        + found);
    }

    /** Raw bytes may look like anything. */
    private static void requireItsKind(Path file, TensorInfo info) {
        FileKind.of(file)
                .filter(kind -> !kind.fits(file.toString()) && !ending(file).equals("bin"))
                .ifPresent(
                        kind -> {
                            throw invalid(
                                    file,
                                    info,
                                    kind.insteadOf(FileKind.Wanted.VALUES, file.toString()));
                        });
    }

    private static NrtException unwritable(Path file, IOException failure, String advice) {
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                "cannot write " + file + ": " + reason(failure) + "; " + advice,
                failure);
    }

    private static void array(Path file, MemorySegment bytes, TensorInfo info, MemorySegment data) {
        NpyHeader header = NpyHeader.read(bytes, info.dtype(), why -> invalid(file, info, why));
        if (!header.shape().equals(info.shape())) {
            boolean reshapes = elements(header.shape()).equals(elements(info.shape()));
            throw invalid(
                    file,
                    info,
                    "its shape is "
                            + header.shape()
                            + (reshapes
                                    ? "; save array.reshape(" + NpyHeader.tuple(info.shape()) + ")"
                                    : ", which is another number of elements"));
        }
        long left = bytes.byteSize() - header.bytes();
        if (left != info.bytes()) {
            throw invalid(
                    file,
                    info,
                    "it holds "
                            + left
                            + " bytes of elements instead of "
                            + info.bytes()
                            + "; it seems to be cut off or damaged");
        }
        data.copyFrom(bytes.asSlice(header.bytes()));
    }

    private static BigInteger elements(List<Long> shape) {
        return shape.stream().map(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
    }

    private static void raw(Path file, MemorySegment bytes, TensorInfo info, MemorySegment data) {
        if (bytes.byteSize() != info.bytes()) {
            throw invalid(
                    file,
                    info,
                    "it has " + bytes.byteSize() + " bytes, the tensor has " + info.bytes());
        }
        data.copyFrom(bytes);
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /**
     * Names of devices and pipes seldom end as files do; what comes out of one should tell what it
     * is.
     */
    private static String outputEnding(Path file) {
        boolean unnamed = String.valueOf(file.getFileName()).indexOf('.') < 0;
        return unnamed && OutputFile.isOther(file) ? "npy" : ending(file);
    }

    private static NrtException unknown(Path file, String accepted) {
        return new NrtException(
                NrtStatus.NRT_INVALID,
                "the ending of " + file + " names no known format; use " + accepted);
    }

    private static String mapped(
            Path file, TensorInfo info, MemorySegment data, Consumer<MemorySegment> reader)
            throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            reader.accept(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
            return file + (info.dtype() == DType.BOOL ? only0And1(data) : "");
        } catch (InternalError shrunk) {
            throw new FileSystemException(
                    file.toString(), null, "it became shorter while it was read");
        }
    }

    private static String only0And1(MemorySegment data) {
        String note = "";
        for (long i = 0; i < data.byteSize(); i++) {
            if ((data.get(JAVA_BYTE, i) & ~1) != 0) {
                data.set(JAVA_BYTE, i, (byte) 1);
                note = " (bytes other than 0 taken as 1)";
            }
        }
        return note;
    }

    /** Java's own messages of file errors are often the bare path. */
    private static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case AccessDeniedException denied ->
                    "access to " + denied.getFile() + " is not permitted";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }

    /**
     * {@return whether a path is a file that can be read}
     *
     * @param file the path
     */
    public static boolean readable(Path file) {
        return Files.isRegularFile(file) && Files.isReadable(file);
    }
}

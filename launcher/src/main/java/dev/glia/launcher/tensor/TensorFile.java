package dev.glia.launcher.tensor;

import dev.glia.neff.FileKind;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** Reads and writes tensors; the ending of the file names its format. */
public final class TensorFile {

    private TensorFile() {}

    /**
     * Fills a tensor from a file.
     *
     * @param file a .npy, .pb, .png, .jpg or .bin file
     * @param info the tensor it is for
     * @param data the memory of the tensor
     * @return what people should know of it: the file name, and how it was changed to fit
     * @throws NrtException NRT_INVALID when the file cannot be read or does not fit the tensor
     */
    public static String read(Path file, TensorInfo info, MemorySegment data) {
        requireItsKind(file, info);
        try {
            return switch (ending(file)) {
                case "npy" -> mapped(file, bytes -> Npy.read(file, bytes, info, data));
                case "pb" -> mapped(file, bytes -> TensorProto.read(file, bytes, info, data));
                case "bin" -> mapped(file, bytes -> raw(file, bytes, info, data));
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
     * Writes a tensor to a file, replacing it.
     *
     * @param file a .npy, .pb, .png or .bin file
     * @param info the tensor
     * @param data the memory of the tensor
     * @return what people should know of it: the file name, and how the values were changed to fit
     * @throws NrtException NRT_INVALID when the tensor does not fit the format, NRT_FAILURE when
     *     the file cannot be written
     */
    public static String write(Path file, TensorInfo info, MemorySegment data) {
        checkOutput(file, info);
        try {
            switch (ending(file)) {
                case "npy" -> write(file, Npy.header(info), data);
                case "pb" -> write(file, TensorProto.header(info), data);
                case "bin" -> write(file, new byte[0], data);
                default -> {
                    return Picture.write(file, info, data);
                }
            }
            return file.toString();
        } catch (IOException unwritable) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "cannot write "
                            + file
                            + ": "
                            + reason(unwritable)
                            + "; choose another place with --output "
                            + info.name()
                            + "=FILE",
                    unwritable);
        }
    }

    /**
     * Checks that a tensor can be written in the format that a file name asks for, before anything
     * is computed.
     *
     * @param file the file
     * @param info the tensor
     * @throws NrtException NRT_INVALID when it cannot
     */
    public static void checkOutput(Path file, TensorInfo info) {
        switch (ending(file)) {
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

    private static String raw(Path file, MemorySegment bytes, TensorInfo info, MemorySegment data) {
        if (bytes.byteSize() != info.bytes()) {
            throw invalid(
                    file,
                    info,
                    "it has " + bytes.byteSize() + " bytes, the tensor has " + info.bytes());
        }
        data.copyFrom(bytes);
        return file.toString();
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static NrtException unknown(Path file, String accepted) {
        return new NrtException(
                NrtStatus.NRT_INVALID,
                "the ending of " + file + " names no known format; use " + accepted);
    }

    private interface Reader {
        String read(MemorySegment bytes);
    }

    private static String mapped(Path file, Reader reader) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            return reader.read(
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        }
    }

    private static void write(Path file, byte[] header, MemorySegment data) throws IOException {
        try (FileChannel channel =
                        FileChannel.open(
                                file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            long size = header.length + data.byteSize();
            if (size > 0) {
                MemorySegment target = channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
                target.copyFrom(MemorySegment.ofArray(header));
                target.asSlice(header.length).copyFrom(data);
            }
        }
    }

    /** Java's own messages of file errors are often the bare path. */
    static String reason(IOException failure) {
        return switch (failure) {
            case java.nio.file.NoSuchFileException missing -> "there is no " + missing.getFile();
            case java.nio.file.AccessDeniedException denied ->
                    "access to " + denied.getFile() + " is not permitted";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            case null, default -> String.valueOf(failure.getMessage());
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

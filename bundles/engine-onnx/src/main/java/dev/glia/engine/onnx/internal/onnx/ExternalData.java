package dev.glia.engine.onnx.internal.onnx;

import dev.glia.neff.FileKind;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Reads weights that lie in files beside an ONNX file, and in no other place. */
public final class ExternalData {
    private static final long ALIGNMENT = 64;
    private static final long PIECE = 1 << 24;

    private final Path folder;
    private final Arena memory;
    private final Set<Path> files = new LinkedHashSet<>();

    /**
     * Remembers.
     *
     * @param folder the folder of the ONNX file
     * @param memory where the data goes
     */
    public ExternalData(Path folder, Arena memory) {
        this.folder = folder;
        this.memory = memory;
    }

    /** {@return the files that data was read from} */
    public Set<Path> files() {
        return files;
    }

    /**
     * {@return the data of a tensor}
     *
     * @param tensor its name, for messages
     * @param entries its {@code external_data}
     * @throws NrtException NRT_INVALID when the place is outside the folder, or does not hold that
     *     many bytes
     */
    ByteBuffer read(String tensor, Map<String, String> entries) {
        String location = entries.getOrDefault("location", "");
        Path file = file(tensor, location);
        try (FileChannel channel = FileChannel.open(file)) {
            long offset = number(tensor, entries, "offset", 0);
            long length = number(tensor, entries, "length", Math.max(0, channel.size() - offset));
            if (offset > channel.size() || length > channel.size() - offset) {
                throw invalid(
                        tensor,
                        "is "
                                + length
                                + " bytes at "
                                + offset
                                + " of "
                                + location
                                + ", which has "
                                + channel.size()
                                + " bytes"
                                + FileKind.of(file)
                                        .filter(kind -> kind == FileKind.LFS_POINTER)
                                        .map(_ -> "; it is a Git LFS pointer: git lfs pull")
                                        .orElse(""));
            }
            if (length > Integer.MAX_VALUE) {
                throw invalid(
                        tensor,
                        "has "
                                + length
                                + " bytes; a tensor has at most "
                                + Integer.MAX_VALUE
                                + ": split it in the graph");
            }
            files.add(file);
            return read(channel, offset, length, memory).asByteBuffer();
        } catch (IOException unreadable) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "the data of tensor "
                            + tensor
                            + " cannot be read from "
                            + file
                            + ": "
                            + unreadable,
                    unreadable);
        }
    }

    /**
     * Reads a part of a file, into memory that stays what it is when the file changes.
     *
     * @throws EOFException when the file has become shorter
     */
    public static MemorySegment read(FileChannel file, long offset, long length, Arena memory)
            throws IOException {
        MemorySegment data = memory.allocate(Math.max(1, length), ALIGNMENT).asSlice(0, length);
        for (long at = 0; at < length; ) {
            ByteBuffer piece = data.asSlice(at, Math.min(PIECE, length - at)).asByteBuffer();
            if (file.read(piece, offset + at) < 0) {
                throw new EOFException("it became shorter");
            }
            at += piece.position();
        }
        return data;
    }

    private Path file(String tensor, String location) {
        try {
            Path relative = Path.of(location).normalize();
            if (location.isEmpty() || relative.isAbsolute() || relative.startsWith("..")) {
                throw invalid(
                        tensor,
                        "is in \""
                                + location
                                + "\"; only files in the folder of the model are read");
            }
            Path real = folder.resolve(relative).toRealPath();
            if (!real.startsWith(folder.toRealPath()) || !Files.isRegularFile(real)) {
                throw invalid(
                        tensor,
                        "is in \""
                                + location
                                + "\", which is "
                                + real
                                + "; only regular files in the folder of the model are read");
            }
            return real;
        } catch (InvalidPathException | IOException missing) {
            throw invalid(
                    tensor,
                    "is in \"" + location + "\", which is not in " + folder + ": " + missing);
        }
    }

    private static long number(
            String tensor, Map<String, String> entries, String key, long absent) {
        String value = entries.get(key);
        try {
            long number = value == null ? absent : Long.parseLong(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException refused) {
            // Told below together with negative ones.
        }
        throw invalid(tensor, "has the " + key + " \"" + value + "\", which is no size");
    }

    private static NrtException invalid(String tensor, String problem) {
        return new NrtException(
                NrtStatus.NRT_INVALID, "the external data of tensor " + tensor + " " + problem);
    }
}

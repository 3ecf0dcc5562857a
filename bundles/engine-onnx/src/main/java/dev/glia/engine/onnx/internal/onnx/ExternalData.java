package dev.glia.engine.onnx.internal.onnx;

import dev.glia.neff.FileKind;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/** Reads weights that lie in files beside an ONNX file, and in no other place. */
public final class ExternalData {
    private final Path folder;

    /**
     * Remembers.
     *
     * @param folder the folder of the ONNX file
     */
    public ExternalData(Path folder) {
        this.folder = folder;
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
            if (offset > channel.size()
                    || length > channel.size() - offset
                    || length > Integer.MAX_VALUE) {
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
            ByteBuffer data = ByteBuffer.allocate((int) length);
            while (data.hasRemaining()) {
                if (channel.read(data, offset + data.position()) < 0) {
                    throw new EOFException(location + " became shorter");
                }
            }
            return data.flip();
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

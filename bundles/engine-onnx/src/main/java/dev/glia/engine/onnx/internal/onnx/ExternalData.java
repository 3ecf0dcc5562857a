package dev.glia.engine.onnx.internal.onnx;

import dev.glia.neff.FileKind;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads weights that lie in files beside an ONNX file, and in no other place. Where the ONNX file
 * is a link, as in the caches of model hubs, they may lie beside the link or beside the file that
 * it leads to.
 */
public final class ExternalData {
    private static final long ALIGNMENT = 64;
    private static final long PIECE = 1 << 24;

    private final Path model;
    private final Arena memory;
    private final Set<Path> files = new LinkedHashSet<>();

    /**
     * Remembers.
     *
     * @param model the ONNX file
     * @param memory where the data goes
     */
    public ExternalData(Path model, Arena memory) {
        this.model = model.toAbsolutePath();
        this.memory = memory;
    }

    /** {@return the files that data was read from} */
    public Set<Path> files() {
        return files;
    }

    /**
     * {@return the data of a tensor}
     *
     * @param tensor the tensor
     * @param entries its {@code external_data}
     * @throws NrtException NRT_INVALID when the place is outside the folders, or does not hold that
     *     many bytes
     */
    ByteBuffer read(TensorSize tensor, Map<String, String> entries) {
        String location = entries.getOrDefault("location", "");
        Path file = file(tensor.name(), location);
        try (FileChannel channel = FileChannel.open(file)) {
            long offset = number(tensor.name(), entries, "offset", 0);
            long rest = Math.max(0, channel.size() - offset);
            long bytes = tensor.bytes();
            long length = number(tensor.name(), entries, "length", bytes < 0 ? rest : bytes);
            if (offset > channel.size() || length > rest) {
                throw invalid(
                        tensor.name(),
                        "is %s bytes at %s of %s, which has %s bytes; %s"
                                .formatted(
                                        length,
                                        offset,
                                        location,
                                        channel.size(),
                                        FileKind.of(file)
                                                .filter(kind -> kind == FileKind.LFS_POINTER)
                                                .map(_ -> "it is a Git LFS pointer: git lfs pull")
                                                .orElse("was it cut off?")));
            }
            tensor.require(length, location);
            if (length > Integer.MAX_VALUE) {
                throw invalid(
                        tensor.name(),
                        "has %s bytes; a tensor has at most 2 GiB: split it in the graph"
                                .formatted(length));
            }
            files.add(file);
            return read(channel, offset, length, memory).asByteBuffer();
        } catch (IOException unreadable) {
            throw new NrtException(
                    unreadable instanceof ClosedByInterruptException
                            ? NrtStatus.NRT_FAILURE
                            : NrtStatus.NRT_INVALID,
                    "the data of tensor "
                            + tensor.name()
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
            List<Path> folders =
                    Stream.of(model.getParent(), model.toRealPath().getParent())
                            .map(ExternalData::real)
                            .filter(Objects::nonNull)
                            .distinct()
                            .toList();
            Path real =
                    folders.stream()
                            .map(folder -> real(folder.resolve(relative)))
                            .filter(Objects::nonNull)
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            invalid(
                                                    tensor,
                                                    "is in \"%s\", which is not in %s; put it beside the model"
                                                            .formatted(
                                                                    location, model.getParent())));
            if (folders.stream().noneMatch(real::startsWith) || !Files.isRegularFile(real)) {
                throw invalid(
                        tensor,
                        "is in \"%s\", which is %s; only regular files in the folder of the model are read"
                                .formatted(location, real));
            }
            return real;
        } catch (InvalidPathException | IOException missing) {
            throw invalid(tensor, "is in \"" + location + "\", which cannot be read: " + missing);
        }
    }

    /** {@return a path without links, or null when nothing is there} */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException missing) {
            return null;
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

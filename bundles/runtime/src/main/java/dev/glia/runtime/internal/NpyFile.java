package dev.glia.runtime.internal;

import dev.glia.neff.FileKind;
import dev.glia.neff.NpyHeader;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * NumPy's array file, mapped into memory.
 *
 * @param info the array as a tensor
 * @param elements its elements, read-only, as long as the arena lives
 */
record NpyFile(TensorInfo info, MemorySegment elements) {

    /**
     * Maps a file.
     *
     * @param dtype the element type it must have
     * @param arena unmaps it
     * @throws NrtException NRT_INVALID for anything that is not such an array
     */
    static NpyFile map(Path file, DType dtype, Arena arena) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw invalid(file, "it is a folder, a pipe or a device; give a file");
        }
        FileKind.of(file)
                .filter(kind -> kind != FileKind.ARRAY)
                .ifPresent(
                        kind -> {
                            throw invalid(
                                    file, kind.insteadOf(FileKind.Wanted.VALUES, file.toString()));
                        });
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
        NpyHeader header =
                NpyHeader.read(
                        MemorySegment.ofBuffer(start(channel)), dtype, why -> invalid(file, why));
        String name = file.getFileName().toString().replaceFirst("\\.npy$", "");
        var info = new TensorInfo(name, TensorInfo.Usage.INPUT, dtype, header.shape());
        long left = channel.size() - header.bytes();
        if (left != info.bytes()) {
            throw invalid(
                    file,
                    "it holds "
                            + left
                            + " bytes of elements instead of "
                            + info.bytes()
                            + "; it seems to be cut off or damaged");
        }
        if (header.bytes() % dtype.bytes() != 0) {
            throw invalid(
                    file,
                    "its elements begin at byte "
                            + header.bytes()
                            + ", where a core cannot read them in place; save it with a newer NumPy");
        }
        return new NpyFile(
                info, channel.map(FileChannel.MapMode.READ_ONLY, header.bytes(), left, arena));
    }

    private static ByteBuffer start(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(NpyHeader.LONGEST, channel.size()));
        while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
            // Until all is there, or the file ends.
        }
        return buffer.flip();
    }

    private static NrtException invalid(Path file, String why) {
        return new NrtException(NrtStatus.NRT_INVALID, file + ": " + why);
    }
}

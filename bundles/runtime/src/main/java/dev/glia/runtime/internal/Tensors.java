package dev.glia.runtime.internal;

import dev.glia.posix.HostMemory;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The tensors that the application made, until it gives them up. */
final class Tensors implements AutoCloseable {

    /** What cores like best; also that of a cache line. */
    static final int ALIGNMENT = 64;

    private final HostMemory memory;
    private final Set<NativeTensor> open = ConcurrentHashMap.newKeySet();

    Tensors(HostMemory memory) {
        this.memory = memory;
    }

    Tensor allocate(TensorInfo info) {
        memory.require(info.bytes(), "tensor " + info.name());
        Arena arena = Arena.ofShared();
        try {
            return opened(info, arena.allocate(info.bytes(), ALIGNMENT), Storage.of(arena));
        } catch (OutOfMemoryError memory) {
            arena.close();
            throw noMemory("tensor " + info.name() + " of " + info.bytes() + " bytes", memory);
        }
    }

    static NrtException noMemory(String what, OutOfMemoryError memory) {
        return new NrtException(
                NrtStatus.NRT_RESOURCE,
                "host memory does not suffice for "
                        + what
                        + "; close executions and tensors, or raise -XX:MaxDirectMemorySize",
                memory);
    }

    Tensor attach(TensorInfo info, MemorySegment memory) {
        if (!memory.isAccessibleBy(SOMEBODY)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "tensor "
                            + info.name()
                            + " takes memory for any thread, not of a confined arena; use Arena.ofShared()");
        }
        return opened(info, checked(info, memory), Storage.ofApplication());
    }

    Tensor map(Path file, DType dtype) {
        Arena arena = Arena.ofShared();
        try {
            NpyFile npy = NpyFile.map(file, dtype, arena);
            return opened(npy.info(), npy.elements(), Storage.of(arena));
        } catch (RuntimeException | Error failure) {
            arena.close();
            throw failure;
        }
    }

    private Tensor opened(TensorInfo info, MemorySegment memory, Storage storage) {
        var box = new NativeTensor[1];
        box[0] =
                new NativeTensor(
                        info,
                        memory,
                        storage,
                        () -> {
                            open.remove(box[0]);
                            storage.release();
                        });
        open.add(box[0]);
        return box[0];
    }

    /** {@return memory of the application that fits a tensor} */
    static MemorySegment checked(TensorInfo info, MemorySegment memory) {
        if (!memory.isNative() || memory.byteSize() != info.bytes()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "tensor "
                            + info.name()
                            + " ("
                            + info.typeAndShape()
                            + ") takes native memory of exactly "
                            + info.bytes()
                            + " bytes, not "
                            + (memory.isNative() ? "native" : "heap")
                            + " memory of "
                            + memory.byteSize());
        }
        if (memory.address() % info.dtype().bytes() != 0) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "tensor "
                            + info.name()
                            + " ("
                            + info.typeAndShape()
                            + ") takes memory that is aligned to its elements of "
                            + info.dtype().bytes()
                            + " bytes");
        }
        return memory;
    }

    /** Gives up those that the application has not. */
    @Override
    public void close() {
        open.forEach(NativeTensor::close);
    }

    /** A thread that no confined arena belongs to. */
    private static final Thread SOMEBODY = Thread.ofPlatform().unstarted(() -> {});
}

package dev.glia.runtime.internal;

import dev.glia.posix.HostMemory;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;
import dev.glia.runtime.TensorSet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The memory of an execution: some of its own, some of tensors that it keeps alive. Freed when the
 * execution and all drivers that it was bound to have let go of it.
 */
final class BoundTensors {

    private final HostMemory memory;
    private final Arena arena = Arena.ofShared();
    private final Storage own = Storage.of(arena);
    private final List<Storage> held = new ArrayList<>(List.of(own));
    private final Storage users = Storage.freedBy(() -> held.forEach(Storage::release));

    BoundTensors(HostMemory memory) {
        this.memory = memory;
    }

    /** {@return the tensors of a model over memory of the application, or over new memory} */
    List<Tensor> add(List<TensorInfo> infos, Map<String, MemorySegment> given) {
        var tensors = new ArrayList<Tensor>();
        for (TensorInfo info : infos) {
            MemorySegment lent = given.get(info.name());
            tensors.add(
                    lent == null
                            ? allocated(info)
                            : new NativeTensor(info, Tensors.checked(info, lent), own));
        }
        return List.copyOf(tensors);
    }

    /** {@return the tensors of a model over the memory of others, or over new memory} */
    List<Tensor> add(List<TensorInfo> infos, TensorSet given) {
        var tensors = new ArrayList<Tensor>();
        for (TensorInfo info : infos) {
            Tensor tensor = given.tensors().get(info.name());
            tensors.add(tensor == null ? allocated(info) : bound(info, NativeTensor.of(tensor)));
        }
        return List.copyOf(tensors);
    }

    private Tensor allocated(TensorInfo info) {
        memory.require(info.bytes(), "tensor " + info.name());
        return new NativeTensor(info, arena.allocate(info.bytes(), Tensors.ALIGNMENT), own);
    }

    private Tensor bound(TensorInfo info, NativeTensor given) {
        // By their numbers: Booleans are bytes.
        if (given.info().dtype().code() != info.dtype().code()
                || !extents(given.info()).equals(extents(info))) {
            throw given.invalid(
                    "cannot be bound to " + info.name() + ", which is " + info.typeAndShape());
        }
        boolean output = info.usage() == TensorInfo.Usage.OUTPUT;
        if (output && given.segment().isReadOnly()) {
            throw given.invalid("is read-only and cannot be the output " + info.name());
        }
        MemorySegment segment = Tensors.checked(info, given.segment());
        if (!given.storage().retain()) {
            throw new NrtException(
                    NrtStatus.NRT_CLOSED,
                    given + " is closed; bind one that is not, or make it again");
        }
        held.add(given.storage());
        return new NativeTensor(info, segment, given.storage());
    }

    /** A slice keeps its outer dimension, of which it has one: those do not count. */
    private static List<Long> extents(TensorInfo info) {
        return info.shape().stream().filter(extent -> extent != 1).toList();
    }

    /** Only for those who hold it. */
    void retain() {
        users.retain();
    }

    void release() {
        users.release();
    }
}

package dev.glia.engine.onnx.internal.isolation;

import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A model as it comes to the process of a core: what a NEFF says, and the members that an engine
 * asks for in shared memory.
 */
record SentImage(
        String name,
        String label,
        UUID uuid,
        String architecture,
        int lncSize,
        long featureBits,
        List<TensorInfo> inputs,
        List<TensorInfo> outputs,
        List<Graph> graphs,
        Map<String, MemorySegment> members)
        implements ModelImage {

    private static final long ALIGNMENT = 64;

    @Override
    public MemorySegment member(String member) {
        MemorySegment bytes = members.get(member);
        if (bytes == null) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID, "model " + label + " has no member " + member);
        }
        return bytes;
    }

    @Override
    public Optional<MemorySegment> find(String member) {
        return Optional.ofNullable(members.get(member));
    }

    /** {@return how much shared memory members take} */
    static long size(Map<String, MemorySegment> members) {
        return members.values().stream().mapToLong(bytes -> aligned(bytes.byteSize())).sum();
    }

    /** Sends a model; its members are copied into shared memory. */
    static void write(
            DataOutput out,
            ModelImage image,
            Map<String, MemorySegment> members,
            MemorySegment shared)
            throws IOException {
        out.writeUTF(image.name());
        out.writeUTF(image.label());
        out.writeLong(image.uuid().getMostSignificantBits());
        out.writeLong(image.uuid().getLeastSignificantBits());
        out.writeUTF(image.architecture());
        out.writeInt(image.lncSize());
        out.writeLong(image.featureBits());
        writeTensors(out, image.inputs());
        writeTensors(out, image.outputs());
        out.writeInt(image.graphs().size());
        for (Graph graph : image.graphs()) {
            out.writeUTF(graph.function());
            out.writeUTF(graph.member());
        }
        out.writeInt(members.size());
        long at = 0;
        for (Map.Entry<String, MemorySegment> member : members.entrySet()) {
            long bytes = member.getValue().byteSize();
            out.writeUTF(member.getKey());
            out.writeLong(bytes);
            MemorySegment.copy(member.getValue(), 0, shared, at, bytes);
            at += aligned(bytes);
        }
    }

    /** {@return a model that was sent} */
    static SentImage read(DataInput in, MemorySegment shared) throws IOException {
        return new SentImage(
                in.readUTF(),
                in.readUTF(),
                new UUID(in.readLong(), in.readLong()),
                in.readUTF(),
                in.readInt(),
                in.readLong(),
                readTensors(in, TensorInfo.Usage.INPUT),
                readTensors(in, TensorInfo.Usage.OUTPUT),
                readGraphs(in),
                readMembers(in, shared));
    }

    static void writeTensors(DataOutput out, List<TensorInfo> tensors) throws IOException {
        out.writeInt(tensors.size());
        for (TensorInfo tensor : tensors) {
            out.writeUTF(tensor.name());
            out.writeUTF(tensor.dtype().name());
            out.writeInt(tensor.shape().size());
            for (long extent : tensor.shape()) {
                out.writeLong(extent);
            }
        }
    }

    static List<TensorInfo> readTensors(DataInput in, TensorInfo.Usage usage) throws IOException {
        List<TensorInfo> tensors = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = in.readUTF();
            DType type = DType.valueOf(in.readUTF());
            List<Long> shape = new ArrayList<>();
            for (int extents = in.readInt(); extents > 0; extents--) {
                shape.add(in.readLong());
            }
            tensors.add(new TensorInfo(name, usage, type, shape));
        }
        return tensors;
    }

    private static List<Graph> readGraphs(DataInput in) throws IOException {
        List<Graph> graphs = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            graphs.add(new Graph(in.readUTF(), in.readUTF()));
        }
        return graphs;
    }

    private static Map<String, MemorySegment> readMembers(DataInput in, MemorySegment shared)
            throws IOException {
        Map<String, MemorySegment> members = new LinkedHashMap<>();
        long at = 0;
        for (int left = in.readInt(); left > 0; left--) {
            String name = in.readUTF();
            long bytes = in.readLong();
            members.put(name, shared.asSlice(at, bytes).asReadOnly());
            at += aligned(bytes);
        }
        return members;
    }

    /** {@return shared memory for tensors, side by side} */
    static List<MemorySegment> tensors(MemorySegment shared, long from, List<TensorInfo> tensors) {
        List<MemorySegment> slices = new ArrayList<>();
        long at = from;
        for (TensorInfo tensor : tensors) {
            slices.add(shared.asSlice(at, tensor.bytes()));
            at += aligned(tensor.bytes());
        }
        return slices;
    }

    /** {@return how much shared memory tensors take} */
    static long size(List<TensorInfo> tensors) {
        return tensors.stream().mapToLong(tensor -> aligned(tensor.bytes())).sum();
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }
}

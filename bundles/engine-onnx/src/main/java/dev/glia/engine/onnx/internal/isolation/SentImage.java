package dev.glia.engine.onnx.internal.isolation;

import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

    /**
     * {@return shared memory with a model: the length of its description, that, and its members,
     * which are copied; the caller closes it}
     */
    static SharedMemory share(ModelImage image, Map<String, MemorySegment> members) {
        byte[] description = description(image, members);
        long at = aligned(Integer.BYTES + description.length);
        long bytes = members.values().stream().mapToLong(MemorySegment::byteSize).sum();
        var shared = new SharedMemory(at + bytes + members.size() * ALIGNMENT);
        try {
            MemorySegment memory = shared.memory();
            memory.set(ValueLayout.JAVA_INT, 0, description.length);
            memory.asSlice(Integer.BYTES).copyFrom(MemorySegment.ofArray(description));
            for (MemorySegment member : members.values()) {
                memory.asSlice(at).copyFrom(member);
                at += aligned(member.byteSize());
            }
            return shared;
        } catch (RuntimeException | Error failure) {
            shared.close();
            throw failure;
        }
    }

    private static byte[] description(ModelImage image, Map<String, MemorySegment> members) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            write(out, image.name());
            write(out, image.label());
            out.writeLong(image.uuid().getMostSignificantBits());
            out.writeLong(image.uuid().getLeastSignificantBits());
            write(out, image.architecture());
            out.writeInt(image.lncSize());
            out.writeLong(image.featureBits());
            writeTensors(out, image.inputs());
            writeTensors(out, image.outputs());
            out.writeInt(image.graphs().size());
            for (Graph graph : image.graphs()) {
                write(out, graph.function());
                write(out, graph.member());
            }
            out.writeInt(members.size());
            for (Map.Entry<String, MemorySegment> member : members.entrySet()) {
                write(out, member.getKey());
                out.writeLong(member.getValue().byteSize());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** {@return a model that was shared} */
    static SentImage read(MemorySegment shared) throws IOException {
        int length = shared.get(ValueLayout.JAVA_INT, 0);
        byte[] description = shared.asSlice(Integer.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
        var in = new DataInputStream(new ByteArrayInputStream(description));
        return new SentImage(
                readText(in),
                readText(in),
                new UUID(in.readLong(), in.readLong()),
                readText(in),
                in.readInt(),
                in.readLong(),
                readTensors(in, TensorInfo.Usage.INPUT),
                readTensors(in, TensorInfo.Usage.OUTPUT),
                readGraphs(in),
                readMembers(in, shared, aligned(Integer.BYTES + length)));
    }

    /** As it is: a name may be longer than {@code writeUTF} takes, and need not be valid. */
    static void write(DataOutput out, String text) throws IOException {
        out.writeInt(text.length());
        out.writeChars(text);
    }

    static String readText(DataInput in) throws IOException {
        char[] text = new char[in.readInt()];
        for (int i = 0; i < text.length; i++) {
            text[i] = in.readChar();
        }
        return new String(text);
    }

    static void writeTensors(DataOutput out, List<TensorInfo> tensors) throws IOException {
        out.writeInt(tensors.size());
        for (TensorInfo tensor : tensors) {
            write(out, tensor.name());
            write(out, tensor.dtype().name());
            out.writeInt(tensor.shape().size());
            for (long extent : tensor.shape()) {
                out.writeLong(extent);
            }
        }
    }

    static List<TensorInfo> readTensors(DataInput in, TensorInfo.Usage usage) throws IOException {
        List<TensorInfo> tensors = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = readText(in);
            DType type = DType.valueOf(readText(in));
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
            graphs.add(new Graph(readText(in), readText(in)));
        }
        return graphs;
    }

    private static Map<String, MemorySegment> readMembers(
            DataInput in, MemorySegment shared, long at) throws IOException {
        Map<String, MemorySegment> members = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = readText(in);
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

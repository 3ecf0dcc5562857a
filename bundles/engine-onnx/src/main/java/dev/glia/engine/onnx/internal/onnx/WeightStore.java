package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings a graph that ONNX Runtime wrote, with its constants in a file of their own, into the form
 * of a NEFF: the large constants of the outermost graph in one order, each distinct one once, and
 * all others in the graph.
 */
public final class WeightStore {
    /** Smaller ones stay in the graph, where ONNX Runtime can use them to infer shapes. */
    public static final int LEAST = 1024;

    private static final long ALIGNMENT = 64;
    private static final int PIECE = 1 << 20;

    private final FileChannel file;
    private final String name;
    private final MemorySegment memory;
    private final MessageDigest digest = sha256();
    private final Map<String, Long> places = new HashMap<>();
    private long size;

    private WeightStore(FileChannel file, String name, long capacity) {
        this.file = file;
        this.name = name;
        this.memory = Arena.ofAuto().allocate(Math.max(1, capacity), ALIGNMENT);
    }

    /**
     * A graph and its weights.
     *
     * @param model the ONNX model, whose large constants lie in the weights
     * @param weights their data, if there are any
     */
    public record Apart(byte[] model, Optional<MemorySegment> weights) {}

    /**
     * {@return the graph in the form of a NEFF}
     *
     * @param model what ONNX Runtime wrote, in one order
     * @param name its name, for messages
     * @param file the constants that it wrote into another file
     * @throws NrtException NRT_RESOURCE when they are not all there, as when memory ran out
     * @throws IOException when the file cannot be read
     */
    public static Apart of(byte[] model, String name, FileChannel file) throws IOException {
        WeightStore store = new WeightStore(file, name, capacity(ProtoReader.of(model, name)));
        ProtoWriter out = new ProtoWriter();
        ProtoReader reader = ProtoReader.of(model, name);
        while (reader.next()) {
            if (reader.number() == Fields.MODEL_GRAPH) {
                out.message(reader.number(), store.graph(reader.message("graph")));
            } else {
                out.raw(reader.field());
            }
        }
        return new Apart(
                out.toByteArray(),
                store.size == 0
                        ? Optional.empty()
                        : Optional.of(store.memory.asSlice(0, store.size).asReadOnly()));
    }

    private static long capacity(ProtoReader model) {
        long capacity = 0;
        while (model.next()) {
            if (model.number() == Fields.MODEL_GRAPH) {
                ProtoReader graph = model.message("graph");
                while (graph.next()) {
                    if (graph.number() == Fields.GRAPH_INITIALIZER) {
                        long bytes = GraphConstant.of(graph.message("initializer")).bytes();
                        capacity += Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
                    }
                }
            }
        }
        return capacity;
    }

    private ProtoWriter graph(ProtoReader graph) throws IOException {
        ProtoWriter out = new ProtoWriter();
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> out.message(graph.number(), node(graph.message("node")));
                case Fields.GRAPH_INITIALIZER -> {
                    GraphConstant constant = GraphConstant.of(graph.message("initializer"));
                    if (constant.bytes() >= LEAST && constant.isReadable()) {
                        out.message(graph.number(), stored(constant));
                    } else if (constant.place().isPresent()) {
                        out.message(graph.number(), within(constant));
                    } else {
                        out.raw(graph.field());
                    }
                }
                default -> out.raw(graph.field());
            }
        }
        return out;
    }

    private ProtoWriter node(ProtoReader node) throws IOException {
        ProtoWriter out = new ProtoWriter();
        while (node.next()) {
            if (node.number() == Fields.NODE_ATTRIBUTE) {
                ProtoWriter attribute = new ProtoWriter();
                ProtoReader reader = node.message("attribute");
                while (reader.next()) {
                    switch (reader.number()) {
                        case Fields.ATTRIBUTE_GRAPH, Fields.ATTRIBUTE_GRAPHS ->
                                attribute.message(reader.number(), inner(reader));
                        default -> attribute.raw(reader.field());
                    }
                }
                out.message(node.number(), attribute);
            } else {
                out.raw(node.field());
            }
        }
        return out;
    }

    /** ONNX Runtime writes each constant of an inner graph twice: as it was, and as a new one. */
    private ProtoWriter inner(ProtoReader attribute) throws IOException {
        Set<String> within = names(attribute.message("graph"));
        Set<String> written = new HashSet<>();
        ProtoWriter out = new ProtoWriter();
        ProtoReader graph = attribute.message("graph");
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_NODE -> out.message(graph.number(), node(graph.message("node")));
                case Fields.GRAPH_INITIALIZER -> {
                    GraphConstant constant = GraphConstant.of(graph.message("initializer"));
                    boolean apart = constant.place().isPresent();
                    if (apart && within.contains(constant.name())
                            || !written.add(constant.name())) {
                        continue;
                    }
                    if (apart) {
                        out.message(graph.number(), within(constant));
                    } else {
                        out.raw(graph.field());
                    }
                }
                default -> out.raw(graph.field());
            }
        }
        return out;
    }

    /** {@return the constants whose data is in a graph} */
    private static Set<String> names(ProtoReader graph) {
        Set<String> names = new HashSet<>();
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_INITIALIZER) {
                GraphConstant constant = GraphConstant.of(graph.message("initializer"));
                if (constant.place().isEmpty()) {
                    names.add(constant.name());
                }
            }
        }
        return names;
    }

    private ProtoWriter within(GraphConstant constant) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(constant.placed("length")));
        read(constant, MemorySegment.ofBuffer(data));
        return constant.with(data);
    }

    private ProtoWriter stored(GraphConstant constant) throws IOException {
        long next = Math.ceilDiv(size, ALIGNMENT) * ALIGNMENT;
        long bytes = constant.bytes();
        read(constant, memory.asSlice(next, bytes));
        Long place = places.putIfAbsent(HexFormat.of().formatHex(digest.digest()), next);
        if (place == null) {
            place = next;
            size = next + bytes;
        }
        return constant.apart(place, bytes);
    }

    /** Reads data, and leaves its digest behind. */
    private void read(GraphConstant constant, MemorySegment into) throws IOException {
        digest.reset();
        long offset = constant.place().isEmpty() ? 0 : constant.placed("offset");
        for (long at = 0; at < into.byteSize(); ) {
            long count = Math.min(PIECE, into.byteSize() - at);
            ByteBuffer piece = into.asSlice(at, count).asByteBuffer();
            if (constant.data().isPresent()) {
                piece.put(constant.data().get().slice((int) at, (int) count));
            } else if (file.read(piece, offset + at) < 0) {
                throw new NrtException(
                        NrtStatus.NRT_RESOURCE,
                        "ONNX Runtime could not write the constants of %s; free memory or raise the limit of this process"
                                .formatted(name));
            }
            at += piece.position();
            digest.update(piece.flip());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}

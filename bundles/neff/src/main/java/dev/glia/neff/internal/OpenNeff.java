package dev.glia.neff.internal;

import dev.glia.neff.HashState;
import dev.glia.neff.Neff;
import dev.glia.neff.NeffHeader;
import dev.glia.neff.NeffMember;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A NEFF that was read and found good. */
record OpenNeff(
        Refusals refusals,
        NeffHeader header,
        String target,
        List<NeffMember> members,
        Verification verification,
        NeffGraph graph,
        Map<String, MemorySegment> content,
        SharedMemory memory,
        boolean isSigned)
        implements Neff {

    /** {@return the same NEFF, which a key was found to have signed} */
    OpenNeff signed() {
        return new OpenNeff(
                refusals, header, target, members, verification, graph, content, memory, true);
    }

    @Override
    public Optional<HashState> hash() {
        return verification.known();
    }

    @Override
    public void awaitVerified() {
        verification.await();
    }

    @Override
    public String name() {
        return header.name();
    }

    @Override
    public String label() {
        return refusals.label(header.name());
    }

    @Override
    public UUID uuid() {
        return header.uuid();
    }

    @Override
    public String architecture() {
        return Target.architecture(target);
    }

    @Override
    public int lncSize() {
        return header.lncSize();
    }

    @Override
    public long featureBits() {
        return header.featureBits();
    }

    @Override
    public List<TensorInfo> inputs() {
        return graph.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return graph.outputs();
    }

    @Override
    public List<Graph> graphs() {
        return graph.graphs();
    }

    @Override
    public MemorySegment member(String name) {
        MemorySegment bytes = content.get(name);
        if (bytes == null) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "%s: there is no member %s in it"
                            .formatted(refusals.label(), Refusals.shown(name)));
        }
        return bytes;
    }

    @Override
    public Optional<MemorySegment> find(String name) {
        return Optional.ofNullable(content.get(name));
    }

    @Override
    public Optional<Hold> hold() {
        return Optional.of(memory.hold());
    }

    @Override
    public void close() {
        verification.cancel();
        memory.close();
    }
}

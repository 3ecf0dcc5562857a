package dev.glia.driver.tck;

import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A NEFF as the kit gives it to drivers; it says whatever a check wants. */
record KitImage(
        String name,
        UUID uuid,
        String architecture,
        int lncSize,
        long featureBits,
        List<TensorInfo> inputs,
        List<TensorInfo> outputs,
        List<Graph> graphs,
        Map<String, MemorySegment> members)
        implements ModelImage {

    private static final String MEMBER = "model.onnx";

    static KitImage of(
            String name,
            String architecture,
            int lnc,
            TensorInfo input,
            TensorInfo output,
            String function,
            byte[] graph) {
        MemorySegment bytes = Arena.ofAuto().allocate(graph.length, 8);
        bytes.copyFrom(MemorySegment.ofArray(graph));
        return new KitImage(
                name,
                UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                architecture,
                lnc,
                0,
                List.of(input),
                List.of(output),
                List.of(new Graph(function, MEMBER)),
                Map.of(MEMBER, bytes.asReadOnly()));
    }

    @Override
    public MemorySegment member(String member) {
        MemorySegment bytes = members.get(member);
        if (bytes == null) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID, "NEFF " + name + " has no member " + member);
        }
        return bytes;
    }

    KitImage forArchitecture(String other) {
        return new KitImage(
                name, uuid, other, lncSize, featureBits, inputs, outputs, graphs, members);
    }

    KitImage withLnc(int lnc) {
        return new KitImage(
                name, uuid, architecture, lnc, featureBits, inputs, outputs, graphs, members);
    }

    KitImage withFeatures(long bits) {
        return new KitImage(
                name, uuid, architecture, lncSize, bits, inputs, outputs, graphs, members);
    }

    KitImage withTensors(TensorInfo input, TensorInfo output) {
        return new KitImage(
                name,
                uuid,
                architecture,
                lncSize,
                featureBits,
                List.of(input),
                List.of(output),
                graphs,
                members);
    }

    KitImage withFunction(String function) {
        return new KitImage(
                name,
                uuid,
                architecture,
                lncSize,
                featureBits,
                inputs,
                outputs,
                List.of(new Graph(function, MEMBER)),
                members);
    }

    KitImage withoutMembers() {
        return new KitImage(
                name, uuid, architecture, lncSize, featureBits, inputs, outputs, graphs, Map.of());
    }
}

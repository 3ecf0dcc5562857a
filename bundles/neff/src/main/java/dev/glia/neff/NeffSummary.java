package dev.glia.neff;

import dev.glia.device.ModelImage;
import dev.glia.runtime.TensorInfo;

import java.util.List;
import java.util.Map;

/**
 * Everything that a NEFF says of itself, without the bytes of its members. Immutable.
 *
 * @param header the header
 * @param architecture the architecture it is for
 * @param target how the compiler calls that architecture
 * @param inputs the inputs
 * @param outputs the outputs
 * @param graphs the graphs
 * @param subgraphs what the definitions of compiled Neuron code say, in the order of their members
 * @param members the files in it, in their order
 * @param digests the SHA-256 of each member in hexadecimal digits, or empty when nobody asked
 * @param hash the result of the hash check
 */
public record NeffSummary(
        NeffHeader header,
        String architecture,
        String target,
        List<TensorInfo> inputs,
        List<TensorInfo> outputs,
        List<ModelImage.Graph> graphs,
        List<Subgraph> subgraphs,
        List<NeffMember> members,
        Map<String, String> digests,
        HashState hash) {

    /** Copies. */
    public NeffSummary {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        graphs = List.copyOf(graphs);
        subgraphs = List.copyOf(subgraphs);
        members = List.copyOf(members);
        digests = Map.copyOf(digests);
    }
}

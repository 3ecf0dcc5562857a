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
 * @param compiler the version of the compiler, as {@code info.json} says it, or an empty string
 * @param inputs the inputs
 * @param outputs the outputs
 * @param graphs the graphs
 * @param subgraphs what the definitions of compiled Neuron code say, in the order of their members
 * @param members the files in it, in their order
 * @param missing members that others name and that are not there, at most 1000
 * @param digests the SHA-256 of each member in hexadecimal digits, or empty when nobody asked
 * @param hash the result of the hash check
 */
public record NeffSummary(
        NeffHeader header,
        String architecture,
        String target,
        String compiler,
        List<TensorInfo> inputs,
        List<TensorInfo> outputs,
        List<ModelImage.Graph> graphs,
        List<Subgraph> subgraphs,
        List<NeffMember> members,
        List<MissingMember> missing,
        Map<String, String> digests,
        HashState hash) {

    /** Copies. */
    public NeffSummary {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        graphs = List.copyOf(graphs);
        subgraphs = List.copyOf(subgraphs);
        members = List.copyOf(members);
        missing = List.copyOf(missing);
        digests = Map.copyOf(digests);
    }
}

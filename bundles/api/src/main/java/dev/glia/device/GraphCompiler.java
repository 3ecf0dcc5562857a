package dev.glia.device;

import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import org.osgi.annotation.versioning.ProviderType;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns a graph file into what an {@link Engine} executes. Registered as a service by the bundle of
 * the engine. Thread-safe.
 */
@ProviderType
public interface GraphCompiler {

    /**
     * A graph ready to be packed.
     *
     * @param graph the function of the engine that executes it, and the member that holds it
     * @param members the members to pack by name, in packing order
     * @param inputs the inputs
     * @param outputs the outputs
     * @param dtypes each element type that the graph computes with, and the first operator or
     *     tensor that has it
     */
    record Compiled(
            ModelImage.Graph graph,
            Map<String, MemorySegment> members,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            Map<DType, String> dtypes) {

        /** Copies the lists; the order of the maps is kept by reference. */
        public Compiled {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /** {@return the endings of the files it reads, lower case, without the dot} */
    Set<String> endings();

    /**
     * Compiles a graph. May block.
     *
     * @param source the file
     * @param dims sizes for dimensions that the graph leaves open, by symbolic name; those not
     *     named become 1
     * @return the compiled graph, which depends on the source alone
     * @throws dev.glia.runtime.NrtException NRT_INVALID for a graph that cannot be read,
     *     NRT_UNSUPPORTED_NEFF_VERSION naming an operator or element type that no NeuronCore has
     */
    Compiled compile(Path source, Map<String, Long> dims);
}

package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Packs a graph as a NEFF that emulated NeuronCores of an architecture execute. Registered as a
 * service; needs neither cores nor {@link RuntimeLifecycle#init()}. Thread-safe.
 */
@ProviderType
public interface NeffCompiler {

    /**
     * What to compile.
     *
     * @param source the graph, an ONNX file
     * @param target the NEFF file to write; replaced as a whole if it exists
     * @param architecture the architecture to compile for, such as {@code trn1}
     * @param name the name in the NEFF header; empty for the file name of the target
     * @param lnc physical cores per logical core; 0 for the default of the architecture
     * @param dims sizes for dimensions that the graph leaves open, by their symbolic name; those
     *     not named become 1
     * @param hash whether to store the hash that NEURON_RT_VALIDATE_HASH checks
     */
    record Request(
            Path source,
            Path target,
            String architecture,
            Optional<String> name,
            int lnc,
            Map<String, Long> dims,
            boolean hash) {

        /** Copies. */
        public Request {
            dims = Map.copyOf(dims);
        }

        /**
         * Compiles with all defaults.
         *
         * @param source the graph
         * @param target the NEFF file to write
         * @param architecture the architecture to compile for
         * @return the request
         */
        public static Request of(Path source, Path target, String architecture) {
            return new Request(source, target, architecture, Optional.empty(), 0, Map.of(), true);
        }
    }

    /**
     * What was written.
     *
     * @param file the NEFF
     * @param architecture the architecture it is for
     * @param inputs its inputs
     * @param outputs its outputs
     * @param bytes the size of the file
     */
    record Report(
            Path file,
            String architecture,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            long bytes) {

        /** Copies. */
        public Report {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * Compiles. Identical requests on identical sources write identical files, on every machine.
     *
     * @param request what to compile
     * @return what was written
     * @throws NrtException NRT_INVALID for a graph that cannot be read or has open dimensions that
     *     cannot be closed, NRT_UNSUPPORTED_NEFF_VERSION naming the operator, tensor or dtype that
     *     the architecture does not have
     */
    Report compile(Request request);
}

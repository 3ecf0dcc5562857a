package dev.glia.runtime;

import org.osgi.annotation.versioning.ProviderType;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Packs a graph as a NEFF that emulated NeuronCores of an architecture execute. Registered as a
 * service; needs neither cores nor {@link RuntimeLifecycle#init()}. Thread-safe.
 */
@ProviderType
public interface NeffCompiler {

    /** What to compile. Immutable: what changes something answers a changed copy. */
    final class Request {
        private final Path source;
        private final Path target;
        private final String architecture;
        private Optional<String> name = Optional.empty();
        private int lnc;
        private Map<String, Long> dims = Map.of();
        private Map<String, List<Long>> shapes = Map.of();
        private Map<String, List<Number>> fixes = Map.of();
        private boolean hash = true;

        private Request(Path source, Path target, String architecture) {
            this.source = source;
            this.target = target;
            this.architecture = architecture;
        }

        private Request(Request other) {
            this(other.source, other.target, other.architecture);
            name = other.name;
            lnc = other.lnc;
            dims = other.dims;
            shapes = other.shapes;
            fixes = other.fixes;
            hash = other.hash;
        }

        /**
         * Compiles with all defaults.
         *
         * @param source the graph, an ONNX file
         * @param target the NEFF file to write; replaced as a whole if it exists
         * @param architecture the architecture to compile for, such as {@code trn1}
         * @return the request
         */
        public static Request of(Path source, Path target, String architecture) {
            return new Request(source, target, architecture);
        }

        /**
         * Names the model.
         *
         * @param model the name in the NEFF header; the file name of the target unless given
         * @return the changed request
         */
        public Request name(String model) {
            Request changed = new Request(this);
            changed.name = Optional.of(model);
            return changed;
        }

        /**
         * Sizes the logical cores.
         *
         * @param cores physical cores per logical core; 0 for the default of the architecture
         * @return the changed request
         */
        public Request lnc(int cores) {
            Request changed = new Request(this);
            changed.lnc = cores;
            return changed;
        }

        /**
         * Closes a dimension that the graph leaves open. A first dimension of an input that nobody
         * closes is 1, and {@link Report#notes()} says so; any other one is refused.
         *
         * @param dimension its name in the graph
         * @param size its size, 0 or more
         * @return the changed request
         * @throws NrtException NRT_INVALID when the request has a size for it already
         */
        public Request dim(String dimension, long size) {
            Request changed = new Request(this);
            changed.dims = with(dims, "dimension", dimension, size);
            return changed;
        }

        /**
         * Gives the whole shape of an input, whatever its dimensions are called and even if the
         * graph says nothing of it. An input that has a default value in the graph is a constant
         * unless its shape is given here.
         *
         * @param input its name
         * @param extents its extents, 0 or more each; none for a scalar
         * @return the changed request
         * @throws NrtException NRT_INVALID when the request has a shape for it already
         */
        public Request shape(String input, long... extents) {
            Request changed = new Request(this);
            changed.shapes =
                    with(shapes, "shape of input", input, Arrays.stream(extents).boxed().toList());
            return changed;
        }

        /**
         * Makes a constant of an input, so that shapes may depend on its value.
         *
         * @param input its name
         * @param values its elements in row-major order, or a single one for all; Booleans are 0
         *     and 1
         * @return the changed request
         * @throws NrtException NRT_INVALID when the request has values for it already
         */
        public Request fix(String input, Number... values) {
            Request changed = new Request(this);
            changed.fixes = with(fixes, "value of input", input, List.of(values));
            return changed;
        }

        /**
         * Chooses whether the file has a hash.
         *
         * @param stored whether to store the hash that NEURON_RT_VALIDATE_HASH checks, as is done
         *     unless this is called
         * @return the changed request
         */
        public Request hash(boolean stored) {
            Request changed = new Request(this);
            changed.hash = stored;
            return changed;
        }

        private static <V> Map<String, V> with(
                Map<String, V> given, String what, String name, V value) {
            Map<String, V> more = new LinkedHashMap<>(given);
            V before = more.putIfAbsent(name, value);
            if (before != null) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        "the %s %s is given twice: %s and %s; give it once"
                                .formatted(what, name, before, value));
            }
            return Collections.unmodifiableMap(more);
        }

        /** {@return the graph} */
        public Path source() {
            return source;
        }

        /** {@return the NEFF file to write} */
        public Path target() {
            return target;
        }

        /** {@return the architecture to compile for} */
        public String architecture() {
            return architecture;
        }

        /** {@return the name in the NEFF header; empty for the file name of the target} */
        public Optional<String> name() {
            return name;
        }

        /** {@return physical cores per logical core; 0 for the default of the architecture} */
        public int lnc() {
            return lnc;
        }

        /** {@return sizes of open dimensions, by name} */
        public Map<String, Long> dims() {
            return dims;
        }

        /** {@return shapes of inputs, by name} */
        public Map<String, List<Long>> shapes() {
            return shapes;
        }

        /** {@return values of inputs that become constants, by name} */
        public Map<String, List<Number>> fixes() {
            return fixes;
        }

        /** {@return whether the file has a hash} */
        public boolean hash() {
            return hash;
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
     * @param notes what was decided because neither the graph nor the request did, such as the size
     *     of an open dimension; a sentence each
     */
    record Report(
            Path file,
            String architecture,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            long bytes,
            List<String> notes) {

        /** Copies. */
        public Report {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            notes = List.copyOf(notes);
        }
    }

    /**
     * Compiles. Identical requests on identical sources write identical files, on every machine.
     *
     * @param request what to compile
     * @return what was written
     * @throws NrtException NRT_INVALID for a graph that cannot be read, has open dimensions that
     *     the request does not close, or outputs whose shapes depend on values;
     *     NRT_UNSUPPORTED_NEFF_VERSION naming the operator, tensor or dtype that the architecture
     *     does not have, or a newer version of the format; NRT_RESOURCE for a graph that is too
     *     large for the memory
     */
    Report compile(Request request);
}

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

    /** A graph file, and what the caller wants of it. */
    @ProviderType
    interface Source {
        /** {@return the file} */
        Path path();

        /** {@return the architecture that it is compiled for, such as {@code trn1}} */
        String architecture();

        /** {@return how many physical cores its logical core has} */
        int lnc();

        /** {@return sizes for open dimensions, by the name that the graph gives them} */
        Map<String, Long> dims();

        /** {@return whole shapes of inputs, whatever their dimensions are called} */
        Map<String, List<Long>> shapes();

        /**
         * {@return values of inputs that become constants: all elements in row-major order, or a
         * single one for all}
         */
        Map<String, List<Number>> fixes();
    }

    /**
     * A graph ready to be packed.
     *
     * @param graph the function of the engine that executes it, and the member that holds it
     * @param members the members to pack by name, in packing order
     * @param inputs the inputs
     * @param outputs the outputs
     * @param dtypes each element type that the graph computes with, and the first operator or
     *     tensor that has it
     * @param files the files beside the source that it was made of
     * @param notes what was decided because neither graph nor caller did, a sentence each
     */
    record Compiled(
            ModelImage.Graph graph,
            Map<String, MemorySegment> members,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            Map<DType, String> dtypes,
            Set<Path> files,
            List<String> notes) {

        /** Copies the lists; the order of the maps is kept by reference. */
        public Compiled {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            files = Set.copyOf(files);
            notes = List.copyOf(notes);
        }
    }

    /** {@return the endings of the files it reads, lower case, without the dot} */
    Set<String> endings();

    /**
     * Compiles a graph. May block, and for ever with some graphs: the thread is interrupted when it
     * takes too long.
     *
     * @param source the file, and what is wanted of it
     * @return the compiled graph
     * @throws dev.glia.runtime.NrtException NRT_INVALID for a graph that cannot be read, or whose
     *     shapes are not known with what is wanted; NRT_UNSUPPORTED_NEFF_VERSION naming an operator
     *     or element type that no NeuronCore has, or a newer version of the format; NRT_RESOURCE
     *     for one that is too large for the memory; NRT_TIMEOUT when the thread is interrupted
     */
    Compiled compile(Source source);
}

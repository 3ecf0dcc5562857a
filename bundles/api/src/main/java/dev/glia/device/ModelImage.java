package dev.glia.device;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.TensorInfo;

import org.osgi.annotation.versioning.ProviderType;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A verified NEFF as drivers and engines see it. Immutable and thread-safe. The runtime keeps it
 * open as long as a model made from it is loaded, so that a new driver can load it again.
 */
@ProviderType
public interface ModelImage {

    /**
     * A graph within the NEFF.
     *
     * @param function what executes it: {@code __kelf} for compiled Neuron code, {@code __onnx} for
     *     an ONNX graph
     * @param member the member of the NEFF that holds it
     */
    record Graph(String function, String member) {}

    /** {@return the name in the NEFF header} */
    String name();

    /**
     * {@return what to call it in messages: the file it came from, with the name in the NEFF header
     * in brackets if that is another one, since many models are called {@code file.neff} there}
     */
    default String label() {
        return name();
    }

    /** {@return the id in the NEFF header} */
    UUID uuid();

    /**
     * {@return the architecture it was compiled for, such as {@code trn1}; the target itself when
     * it is unknown}
     */
    String architecture();

    /** {@return physical cores per logical core it was compiled for, 0 when unspecified} */
    int lncSize();

    /** {@return the feature bits in the NEFF header} */
    long featureBits();

    /** {@return the inputs, each name once, in the order of the NEFF} */
    List<TensorInfo> inputs();

    /** {@return the outputs, each name once, in the order of the NEFF} */
    List<TensorInfo> outputs();

    /** {@return the graphs} */
    List<Graph> graphs();

    /**
     * Gives the bytes of a member.
     *
     * @param name the name of a member of the NEFF
     * @return native, read-only memory that lives as long as this image
     * @throws NrtException NRT_INVALID when there is no such member
     */
    MemorySegment member(String name);

    /**
     * Gives the bytes of a member that need not be there.
     *
     * @param name the name of a member
     * @return memory as of {@link #member}, or empty when there is no such member
     */
    default Optional<MemorySegment> find(String name) {
        try {
            return Optional.ofNullable(member(name));
        } catch (NrtException absent) {
            return Optional.empty();
        }
    }

    /** Keeps memory of an image. */
    @ProviderType
    interface Hold extends AutoCloseable {
        /** Lets the memory go. Idempotent. */
        @Override
        void close();
    }

    /**
     * Keeps the memory of all members, also beyond the end of this image, so that an engine can use
     * weights where they lie.
     *
     * @return what lets the memory go, or empty when this image cannot keep it, so that whoever
     *     needs it longer copies it
     */
    default Optional<Hold> hold() {
        return Optional.empty();
    }
}

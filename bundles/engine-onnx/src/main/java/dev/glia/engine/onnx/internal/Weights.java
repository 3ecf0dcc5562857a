package dev.glia.engine.onnx.internal;

import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.engine.onnx.internal.ort.OrtSession.Constant;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * The constants of a graph that lie beside it, for as long as a session uses them: in the memory of
 * the NEFF where that can be kept, and copied where it cannot.
 */
final class Weights implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    /** Of copies, if there are any; to close a shared arena takes every thread of the JVM. */
    private Arena own;

    private final Optional<ModelImage.Hold> hold;
    private final List<Constant> constants;

    /**
     * Finds them.
     *
     * @param image where they are
     * @param weights what they are
     * @param place the graph, for messages
     * @throws NrtException NRT_INVALID when the image does not have them
     */
    Weights(ModelImage image, List<StoredWeight> weights, String place) {
        this.hold = weights.isEmpty() ? Optional.empty() : image.hold();
        try {
            this.constants = weights.isEmpty() ? List.of() : constants(image, weights, place);
        } catch (RuntimeException | Error refused) {
            close();
            throw refused;
        }
    }

    private List<Constant> constants(ModelImage image, List<StoredWeight> weights, String place) {
        MemorySegment memory =
                image.find(StoredWeight.MEMBER)
                        .orElseThrow(
                                () ->
                                        new NrtException(
                                                NrtStatus.NRT_INVALID,
                                                place
                                                        + " has its weights in "
                                                        + StoredWeight.MEMBER
                                                        + ", which is not there"));
        return weights.stream()
                .map(weight -> new Constant(weight, data(stored(weight, memory, place))))
                .toList();
    }

    private static MemorySegment stored(StoredWeight weight, MemorySegment memory, String place) {
        if (weight.length() > memory.byteSize()
                || weight.offset() > memory.byteSize() - weight.length()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "%s: constant %s is %s bytes at %s of %s, which has %s bytes"
                            .formatted(
                                    place,
                                    weight.name(),
                                    weight.length(),
                                    weight.offset(),
                                    StoredWeight.MEMBER,
                                    memory.byteSize()));
        }
        return memory.asSlice(weight.offset(), weight.length());
    }

    private MemorySegment data(MemorySegment stored) {
        if (hold.isPresent() && stored.address() % ALIGNMENT == 0) {
            return stored;
        }
        if (own == null) {
            own = Arena.ofShared();
        }
        return own.allocate(stored.byteSize(), ALIGNMENT).copyFrom(stored);
    }

    List<Constant> constants() {
        return constants;
    }

    /** Frees the memory. No session may use the constants any more. */
    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
        hold.ifPresent(ModelImage.Hold::close);
    }
}

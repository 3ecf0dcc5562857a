package dev.glia.engine.onnx.internal;

import dev.glia.device.ModelImage;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A graph and the weights behind it, for as long as a session uses them: in the memory of the NEFF
 * where they follow each other, and copied where they do not.
 */
final class Adjoined implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    private final Arena own = Arena.ofShared();
    private final Optional<ModelImage.Hold> hold;
    private final MemorySegment bytes;

    Adjoined(ModelImage image, MemorySegment graph, MemorySegment weights) {
        this.hold = image.hold();
        boolean follows =
                weights.byteSize() == 0 || weights.address() == graph.address() + graph.byteSize();
        this.bytes =
                hold.isPresent() && follows && graph.address() % ALIGNMENT == 0
                        ? joined(graph, weights)
                        : copied(graph, weights);
    }

    /** The segments are of one NEFF, whose memory is held. */
    @SuppressWarnings("restricted")
    private static MemorySegment joined(MemorySegment graph, MemorySegment weights) {
        return MemorySegment.ofAddress(graph.address())
                .reinterpret(graph.byteSize() + weights.byteSize());
    }

    private MemorySegment copied(MemorySegment graph, MemorySegment weights) {
        MemorySegment copy = own.allocate(graph.byteSize() + weights.byteSize(), ALIGNMENT);
        copy.copyFrom(graph);
        copy.asSlice(graph.byteSize()).copyFrom(weights);
        return copy;
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** Frees the memory. No session may use it any more. */
    @Override
    public void close() {
        own.close();
        hold.ifPresent(ModelImage.Hold::close);
    }
}

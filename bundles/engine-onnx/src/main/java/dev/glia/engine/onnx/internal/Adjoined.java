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

    private final Optional<ModelImage.Hold> hold;

    /** For a copy; to close a shared arena takes every thread of the JVM. */
    private final Optional<Arena> own;

    private final MemorySegment bytes;

    Adjoined(ModelImage image, MemorySegment graph, MemorySegment weights) {
        this.hold = image.hold();
        boolean follows =
                weights.byteSize() == 0 || weights.address() == graph.address() + graph.byteSize();
        boolean usable = hold.isPresent() && follows && graph.address() % ALIGNMENT == 0;
        this.own = usable ? Optional.empty() : Optional.of(Arena.ofShared());
        this.bytes =
                own.map(arena -> copied(arena, graph, weights))
                        .orElseGet(() -> joined(graph, weights));
    }

    /** The segments are of one NEFF, whose memory is held. */
    @SuppressWarnings("restricted")
    private static MemorySegment joined(MemorySegment graph, MemorySegment weights) {
        return MemorySegment.ofAddress(graph.address())
                .reinterpret(graph.byteSize() + weights.byteSize());
    }

    private static MemorySegment copied(Arena own, MemorySegment graph, MemorySegment weights) {
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
        own.ifPresent(Arena::close);
        hold.ifPresent(ModelImage.Hold::close);
    }
}

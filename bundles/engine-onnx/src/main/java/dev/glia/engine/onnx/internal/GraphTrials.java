package dev.glia.engine.onnx.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.glia.device.GraphCompiler;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.isolation.IsolatedCore;
import dev.glia.engine.onnx.internal.isolation.TrialProcess;
import dev.glia.engine.onnx.internal.onnx.SelfContained;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Loads graphs that nobody vouches for in a process of their own, once: what ends that one, or
 * takes its memory, is refused here. What passes is known from then on.
 */
final class GraphTrials {
    /** A trial copies the model; what is larger would not find the memory twice. */
    private static final long MOST_BYTES = 1L << 30;

    private static final int MOST_KNOWN = 4096;

    /** What any session takes, and how often one may take the bytes of its model besides. */
    private static final long LEAST_MEMORY = 1L << 30;

    private static final int COPIES = 4;

    private static final int CHUNK = 1 << 20;

    /** Far more than a list of counts or extents needs. */
    private static final int SMALL = 4096;

    private final Supplier<Path> stateDir;
    private final TriedGraphs known;
    private final Consumer<String> warnings;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * Remembers; begins nothing.
     *
     * @param warnings hears of graphs that are not tried
     */
    GraphTrials(Supplier<Path> stateDir, Consumer<String> warnings) {
        this.stateDir = stateDir;
        this.warnings = warnings;
        this.known = new TriedGraphs(stateDir, MOST_KNOWN);
    }

    /**
     * Tries a graph unless it is known.
     *
     * @param image the model
     * @param graph the member with the graph
     * @param members what a load reads of it
     * @throws NrtException NRT_INVALID when the graph ends a process or is refused, NRT_RESOURCE
     *     when it takes too much memory, NRT_TIMEOUT when the thread is interrupted
     */
    void require(ModelImage image, String graph, Map<String, MemorySegment> members) {
        String digest = digest(graph + " of model " + image.label(), graph, members);
        if (known.knows(digest)) {
            return;
        }
        long bytes = bytes(members);
        if (bytes > MOST_BYTES) {
            warnings.accept(
                    ("The graph of model %s is loaded without a trial: it and its weights have %s bytes, and at most %s"
                                    + " are tried. GLIA_NEFF_TRUST=isolated keeps it in a process of its own")
                            .formatted(image.label(), bytes, MOST_BYTES));
            return;
        }
        long memory = LEAST_MEMORY + COPIES * bytes;
        long heap = IsolatedCore.heapMiB(members.get(graph).byteSize());
        try (TrialProcess process = begin(heap, memory).orElse(null)) {
            if (process != null) {
                process.load(image, members);
                known.remember(digest);
            }
        }
    }

    /**
     * {@return a process to compile in, if this host lets one begin} What a graph takes to be
     * compiled nobody can tell beforehand.
     */
    Optional<TrialProcess> compiling() {
        return begin(compilingHeapMiB(), TrialProcess.UNLIMITED);
    }

    /**
     * {@return a process to compile in, without which nothing is compiled}
     *
     * @param name what is to be compiled
     * @throws NrtException NRT_RESOURCE when this host lets none begin
     */
    TrialProcess compilingOnlyThere(String name) {
        Path state = unpacked();
        try {
            return new TrialProcess(state, compilingHeapMiB(), TrialProcess.UNLIMITED);
        } catch (NrtException refused) {
            throw refused.status() == NrtStatus.NRT_RESOURCE
                    ? new NrtException(
                            refused.status(),
                            ("%s is not compiled: %s. GLIA_NEFF_TRUST=isolated and signed compile in a process of its own"
                                            + " only; let this host or container begin one, or set tried, which does without")
                                    .formatted(name, refused.reason()),
                            refused)
                    : refused;
        }
    }

    private static long compilingHeapMiB() {
        return Runtime.getRuntime().maxMemory() >> 20;
    }

    /** Tries what was compiled there, so that nobody has to do it again. */
    void confirm(TrialProcess process, String name, GraphCompiler.Compiled compiled) {
        if (bytes(compiled.members()) <= MOST_BYTES) {
            process.load(name, compiled);
            known.remember(digest(name, compiled.graph().member(), compiled.members()));
        }
    }

    private static long bytes(Map<String, MemorySegment> members) {
        return members.values().stream().mapToLong(MemorySegment::byteSize).sum();
    }

    /** Whoever cannot have a process loses what it would give, and hears of it. */
    private Optional<TrialProcess> begin(long heapMiB, long memory) {
        Path state = unpacked();
        try {
            return Optional.of(new TrialProcess(state, heapMiB, memory));
        } catch (NrtException refused) {
            if (refused.status() != NrtStatus.NRT_RESOURCE) {
                throw refused;
            }
            if (!warned.getAndSet(true)) {
                warnings.accept(
                        "Graphs are loaded without a trial: "
                                + refused.reason()
                                + ". GLIA_NEFF_TRUST=any says that this is meant, isolated refuses them");
            }
            return Optional.empty();
        }
    }

    private Path unpacked() {
        Path state = stateDir.get();
        OnnxRuntime.unpack(state);
        return state;
    }

    /**
     * What tells graphs apart. Where weights lie is in the graph. Of what they hold, small ones
     * count: they may be extents and counts, which decide what a load computes. A JVM that has just
     * begun hashes large ones longer than a trial takes. With another version of ONNX Runtime, no
     * graph is known.
     */
    private static String digest(String place, String member, Map<String, MemorySegment> members) {
        MemorySegment graph = members.get(member);
        MemorySegment weights = members.getOrDefault(StoredWeight.MEMBER, MemorySegment.NULL);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(NativeLibrary.ofThisMachine().sha256().getBytes(US_ASCII));
            for (long at = 0; at < graph.byteSize(); at += CHUNK) {
                digest.update(
                        graph.asSlice(at, Math.min(CHUNK, graph.byteSize() - at)).asByteBuffer());
            }
            for (StoredWeight weight : SelfContained.check(graph.asByteBuffer(), place)) {
                // One that lies elsewhere is refused when the graph is loaded.
                if (weight.length() <= SMALL
                        && weight.offset() >= 0
                        && weight.offset() <= weights.byteSize() - weight.length()) {
                    digest.update(weights.asSlice(weight.offset(), weight.length()).asByteBuffer());
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

package dev.glia.engine.onnx.internal;

import dev.glia.device.CoreAddress;
import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.isolation.IsolatedCore;
import dev.glia.engine.onnx.internal.onnx.SelfContained;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.engine.onnx.internal.ort.Ort;
import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Executes ONNX graphs with ONNX Runtime, one thread per core. */
@Component(property = Engine.FUNCTION + "=" + OnnxEngine.ONNX)
public final class OnnxEngine implements Engine {
    /** The function of the graphs it executes. */
    static final String ONNX = "__onnx";

    private static final String ONNX_ENDING = ".onnx";

    private static final int DIGEST_CHUNK = 1 << 20;
    private static final MemorySegment NO_BYTES = MemorySegment.ofAddress(0);

    /** The graph that is loaded, of those that a model has. */
    private record Chosen(String member, OrtSession.Format format, MemorySegment bytes) {}

    private final OnnxRuntime runtime;
    private final SessionPool sessions = new SessionPool();

    /** Remembers; loads nothing. */
    @Activate
    public OnnxEngine(@Reference(policyOption = ReferencePolicyOption.GREEDY) OnnxRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public String function() {
        return ONNX;
    }

    @Override
    public Footprint footprint(ModelImage image) {
        long weights = image.find(StoredWeight.MEMBER).map(MemorySegment::byteSize).orElse(0L);
        return new Footprint(Engine.super.footprint(image).code(), weights);
    }

    @Override
    public LoadedModel load(ModelImage image, LoadSettings settings) {
        Chosen graph = fastest(image);
        Supplier<OrtSession> create = () -> open(image, graph);
        SessionPool.Counted session =
                settings.sharedWeights()
                        ? sessions.share(sha256(image, graph.bytes), create)
                        : sessions.open(create);
        try {
            return OnnxModel.of(image, session, settings.reportNan());
        } catch (RuntimeException refused) {
            session.release();
            throw refused;
        }
    }

    @Override
    public Isolated isolate(CoreAddress core) {
        return new IsolatedCore(this, this::members, core, runtime.stateDir());
    }

    /** {@return what a load reads of a model} */
    private Map<String, MemorySegment> members(ModelImage image) {
        String graph = graph(image).member();
        Map<String, MemorySegment> members = new LinkedHashMap<>();
        members.put(graph, image.member(graph));
        Stream.of(laidOut(graph, runtime.ort()), StoredWeight.MEMBER)
                .forEach(name -> image.find(name).ifPresent(bytes -> members.put(name, bytes)));
        return members;
    }

    private static ModelImage.Graph graph(ModelImage image) {
        return image.graphs().stream()
                .filter(candidate -> candidate.function().equals(ONNX))
                .findFirst()
                .orElseThrow(
                        () ->
                                new NrtException(
                                        NrtStatus.NRT_INVALID,
                                        "model "
                                                + image.label()
                                                + " has no graph with the function "
                                                + ONNX));
    }

    /** The name of a graph as it is laid out for this kind of CPU. */
    static String laidOut(String member, Ort ort) {
        String stem =
                member.endsWith(ONNX_ENDING)
                        ? member.substring(0, member.length() - ONNX_ENDING.length())
                        : member;
        return stem + "." + CpuKind.of(ort.version()) + ".ort";
    }

    /**
     * To lay a graph out for a CPU takes most of the time to load it; what was compiled on a CPU of
     * this kind has that behind it, and is in the format that ONNX Runtime opens fastest.
     */
    private Chosen fastest(ModelImage image) {
        String portable = graph(image).member();
        String laidOut = laidOut(portable, runtime.ort());
        return image.find(laidOut)
                .map(bytes -> new Chosen(laidOut, OrtSession.Format.ORT, bytes))
                .orElseGet(
                        () -> new Chosen(portable, OrtSession.Format.ONNX, image.member(portable)));
    }

    private OrtSession open(ModelImage image, Chosen graph) {
        String place = graph.member + " of model " + image.label();
        MemorySegment weights = image.find(StoredWeight.MEMBER).orElse(NO_BYTES);
        // References in ONNX Runtime's own format end at 2 GiB too, and lead into the weights.
        long size =
                graph.bytes.byteSize()
                        + (graph.format == OrtSession.Format.ORT ? weights.byteSize() : 0);
        if (size > Integer.MAX_VALUE) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID, place + " has " + size + " bytes; graphs end at 2 GiB");
        }
        Ort ort = runtime.ort();
        try {
            return switch (graph.format) {
                case ORT -> inPlace(ort, image, graph.bytes, weights);
                case ONNX -> laidOutNow(ort, image, graph.bytes, place);
            };
        } catch (OrtException refused) {
            throw new NrtException(
                    refused.code() == OrtException.NOT_IMPLEMENTED
                            ? NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION
                            : NrtStatus.NRT_INVALID,
                    "ONNX Runtime "
                            + ort.version()
                            + " does not load "
                            + place
                            + ": "
                            + refused.getMessage(),
                    refused);
        }
    }

    private static OrtSession inPlace(
            Ort ort, ModelImage image, MemorySegment graph, MemorySegment weights) {
        Adjoined adjoined = new Adjoined(image, graph, weights);
        try {
            return new OrtSession(ort, adjoined.bytes(), adjoined::close);
        } catch (RuntimeException | Error failed) {
            adjoined.close();
            throw failed;
        }
    }

    /** Lays a graph out while it is loaded, which makes convolutions up to twice as fast. */
    private static OrtSession laidOutNow(
            Ort ort, ModelImage image, MemorySegment graph, String place) {
        Weights weights =
                new Weights(image, SelfContained.check(graph.asByteBuffer(), place), place);
        try {
            return new OrtSession(
                    ort, graph, weights.constants(), OrtSession.Optimization.ALL, weights::close);
        } catch (RuntimeException | Error failed) {
            weights.close();
            throw failed;
        }
    }

    /** What tells models apart: the graph and its weights. */
    private static String sha256(ModelImage image, MemorySegment graph) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            update(digest, graph);
            image.find(StoredWeight.MEMBER).ifPresent(weights -> update(digest, weights));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void update(MessageDigest digest, MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += DIGEST_CHUNK) {
            digest.update(
                    bytes.asSlice(at, Math.min(DIGEST_CHUNK, bytes.byteSize() - at))
                            .asByteBuffer());
        }
    }
}

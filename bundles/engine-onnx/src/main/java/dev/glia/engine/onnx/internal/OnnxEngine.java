package dev.glia.engine.onnx.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.glia.device.CoreAddress;
import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadSettings.Containment;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.isolation.IsolatedCore;
import dev.glia.engine.onnx.internal.isolation.ModelApart;
import dev.glia.engine.onnx.internal.onnx.SafeOperands;
import dev.glia.engine.onnx.internal.onnx.SelfContained;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.engine.onnx.internal.ort.Ort;
import dev.glia.engine.onnx.internal.ort.OrtErrors;
import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Executes ONNX graphs with ONNX Runtime, one thread per core. */
@Component(property = Engine.FUNCTION + "=" + OnnxEngine.ONNX)
public final class OnnxEngine implements Engine {
    /** The function of the graphs it executes. */
    static final String ONNX = "__onnx";

    private static final Logger LOG = LoggerFactory.getLogger("TDRV.graph_trial");

    private static final int DIGEST_CHUNK = 1 << 20;

    private final OnnxRuntime runtime;
    private final SessionPool sessions = new SessionPool();
    private final GraphTrials trials;

    /** Remembers; loads nothing. */
    @Activate
    public OnnxEngine(@Reference(policyOption = ReferencePolicyOption.GREEDY) OnnxRuntime runtime) {
        this.runtime = runtime;
        this.trials = new GraphTrials(runtime::stateDir, LOG::warn);
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
        String graph = graph(image).member();
        try {
            requireSize(image.member(graph), place(image, graph));
            switch (settings.containment()) {
                case ISOLATED -> {
                    return apart(image, settings);
                }
                case TRIED -> trials.require(image, graph, members(image));
                case NONE -> {}
            }
            Supplier<OrtSession> create = () -> open(image, graph);
            SessionPool.Counted session =
                    settings.sharedWeights()
                            ? sessions.share(sha256(image, graph), create)
                            : sessions.open(create);
            return model(image, session, settings);
        } catch (NrtException refused) {
            throw ShortRefusal.of(refused);
        }
    }

    private static LoadedModel model(
            ModelImage image, SessionPool.Counted session, LoadSettings settings) {
        try {
            return OnnxModel.of(image, session, settings.reportNan());
        } catch (RuntimeException | Error refused) {
            session.release();
            throw refused;
        }
    }

    private LoadedModel apart(ModelImage image, LoadSettings settings) {
        IsolatedCore process =
                isolated(
                        "the isolated core of model " + image.label(),
                        image.member(graph(image).member()).byteSize());
        try {
            return new ModelApart(process.load(image, settings.with(Containment.NONE)), process);
        } catch (RuntimeException | Error refused) {
            process.close();
            throw refused;
        }
    }

    @Override
    public Isolated isolate(CoreAddress core) {
        return isolated(core.toString(), 0);
    }

    private IsolatedCore isolated(String core, long graphBytes) {
        Path state = runtime.stateDir();
        OnnxRuntime.unpack(state);
        return new IsolatedCore(this, this::members, core, state, IsolatedCore.heapMiB(graphBytes));
    }

    /** {@return what a load reads of a model} */
    private Map<String, MemorySegment> members(ModelImage image) {
        String graph = graph(image).member();
        Map<String, MemorySegment> members = new LinkedHashMap<>();
        members.put(graph, image.member(graph));
        image.find(StoredWeight.MEMBER)
                .ifPresent(weights -> members.put(StoredWeight.MEMBER, weights));
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

    private static String place(ModelImage image, String graph) {
        return graph + " of model " + image.label();
    }

    private static void requireSize(MemorySegment graph, String place) {
        if (graph.byteSize() > Integer.MAX_VALUE) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    place + " has " + graph.byteSize() + " bytes; graphs end at 2 GiB");
        }
    }

    private OrtSession open(ModelImage image, String graph) {
        String place = place(image, graph);
        MemorySegment bytes = image.member(graph);
        Ort ort = runtime.ort();
        Weights weights =
                new Weights(image, SelfContained.check(bytes.asByteBuffer(), place), place);
        try {
            return new OrtSession(
                    ort,
                    SafeOperands.guarded(bytes.asByteBuffer(), place)
                            .map(OnnxEngine::copy)
                            .orElse(bytes),
                    weights.constants(),
                    OrtSession.Optimization.ALL,
                    Optional.empty(),
                    weights::close);
        } catch (OrtException refused) {
            weights.close();
            throw OrtErrors.refusal(
                    "ONNX Runtime " + ort.version() + " does not load " + place,
                    refused,
                    NrtStatus.NRT_INVALID);
        } catch (RuntimeException | Error failed) {
            weights.close();
            throw failed;
        }
    }

    private static MemorySegment copy(byte[] graph) {
        return Arena.ofAuto().allocateFrom(JAVA_BYTE, graph);
    }

    /** What tells models apart: the graph and its weights. */
    private static String sha256(ModelImage image, String graph) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            update(digest, image.member(graph));
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

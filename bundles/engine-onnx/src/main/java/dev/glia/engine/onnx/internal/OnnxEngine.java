package dev.glia.engine.onnx.internal;

import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.onnx.SelfContained;
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
import java.util.Optional;
import java.util.function.Supplier;

/** Executes ONNX graphs with ONNX Runtime, one thread per core. */
@Component(property = Engine.FUNCTION + "=" + OnnxEngine.ONNX)
public final class OnnxEngine implements Engine {
    /** The function of the graphs it executes. */
    static final String ONNX = "__onnx";

    private static final int DIGEST_CHUNK = 1 << 20;

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
    public LoadedModel load(ModelImage image, LoadSettings settings) {
        ModelImage.Graph graph =
                image.graphs().stream()
                        .filter(candidate -> candidate.function().equals(ONNX))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new NrtException(
                                                NrtStatus.NRT_INVALID,
                                                "model "
                                                        + image.name()
                                                        + " has no graph with the function "
                                                        + ONNX));
        MemorySegment bytes = image.member(graph.member());
        Supplier<OrtSession> create = () -> open(image, graph, bytes);
        SessionPool.Counted session =
                settings.sharedWeights()
                        ? sessions.share(sha256(bytes), create)
                        : sessions.open(create);
        try {
            return OnnxModel.of(image, session, settings.reportNan());
        } catch (RuntimeException refused) {
            session.release();
            throw refused;
        }
    }

    private OrtSession open(ModelImage image, ModelImage.Graph graph, MemorySegment bytes) {
        if (bytes.byteSize() > Integer.MAX_VALUE) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    graph.member()
                            + " of model "
                            + image.name()
                            + " has "
                            + bytes.byteSize()
                            + " bytes; ONNX graphs end at 2 GiB");
        }
        SelfContained.check(bytes.asByteBuffer(), graph.member() + " of model " + image.name());
        Ort ort = runtime.ort();
        try {
            // The portable part was done when the model was compiled. What is left depends on this
            // CPU, takes a few
            // milliseconds, and makes convolutions up to twice as fast.
            return new OrtSession(ort, bytes, OrtSession.Optimization.ALL, Optional.empty());
        } catch (OrtException refused) {
            throw new NrtException(
                    refused.code() == OrtException.NOT_IMPLEMENTED
                            ? NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION
                            : NrtStatus.NRT_INVALID,
                    "ONNX Runtime "
                            + ort.version()
                            + " does not load "
                            + graph.member()
                            + " of model "
                            + image.name()
                            + ": "
                            + refused.getMessage(),
                    refused);
        }
    }

    private static String sha256(MemorySegment bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (long at = 0; at < bytes.byteSize(); at += DIGEST_CHUNK) {
                digest.update(
                        bytes.asSlice(at, Math.min(DIGEST_CHUNK, bytes.byteSize() - at))
                                .asByteBuffer());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

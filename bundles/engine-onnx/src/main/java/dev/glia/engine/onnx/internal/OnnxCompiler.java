package dev.glia.engine.onnx.internal;

import dev.glia.device.GraphCompiler;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.onnx.CanonicalModel;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.ElementTypes;
import dev.glia.engine.onnx.internal.onnx.ExposedValues;
import dev.glia.engine.onnx.internal.onnx.ExternalData;
import dev.glia.engine.onnx.internal.onnx.SourceModel;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.engine.onnx.internal.onnx.WeightStore;
import dev.glia.engine.onnx.internal.ort.Ort;
import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compiles ONNX files: closes open dimensions, takes weights in, and lets ONNX Runtime rewrite the
 * graph once, as far as that holds on every CPU, so that loading has little left to do.
 */
@Component
public final class OnnxCompiler implements GraphCompiler {
    private static final Logger LOG = LoggerFactory.getLogger("NEFF.compile_onnx");
    private static final String MEMBER = "model.onnx";

    private final OnnxRuntime runtime;

    /** Remembers; loads nothing. */
    @Activate
    public OnnxCompiler(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) OnnxRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public Set<String> endings() {
        return Set.of("onnx");
    }

    @Override
    public Compiled compile(Path source, Map<String, Long> dims) {
        String name = String.valueOf(source.getFileName());
        byte[] complete =
                SourceModel.complete(
                        read(source),
                        name,
                        dims,
                        new ExternalData(source.toAbsolutePath().getParent()));
        Path folder = null;
        try {
            folder = Files.createTempDirectory("glia-compile");
            return optimize(complete, name, folder.resolve(MEMBER));
        } catch (IOException unwritable) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "cannot compile " + name + " in a temporary folder: " + unwritable,
                    unwritable);
        } finally {
            delete(folder);
        }
    }

    private static byte[] read(Path source) {
        try {
            if (!Files.isRegularFile(source)) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID, source + " is no file; give an ONNX file");
            }
            if (Files.size(source) > Integer.MAX_VALUE - Long.BYTES) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        source + " has " + Files.size(source) + " bytes; ONNX files end at 2 GiB");
            }
            return Files.readAllBytes(source);
        } catch (IOException unreadable) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID, "cannot read " + source + ": " + unreadable, unreadable);
        }
    }

    private Compiled optimize(byte[] complete, String name, Path optimized) throws IOException {
        Ort ort = runtime.ort();
        List<TensorInfo> inputs;
        List<TensorInfo> outputs;
        try (Arena arena = Arena.ofConfined();
                OrtSession session =
                        new OrtSession(
                                ort,
                                copy(arena, complete),
                                List.of(),
                                OrtSession.Optimization.PORTABLE,
                                Optional.of(optimized))) {
            inputs = tensors(session.inputs(), TensorInfo.Usage.INPUT);
            outputs =
                    session.outputs().stream().allMatch(OrtSession.Port::isStatic)
                            ? tensors(session.outputs(), TensorInfo.Usage.OUTPUT)
                            : tensors(TrialRun.outputs(session, inputs), TensorInfo.Usage.OUTPUT);
        } catch (OrtException refused) {
            throw new NrtException(
                    refused.code() == OrtException.NOT_IMPLEMENTED
                            ? NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION
                            : NrtStatus.NRT_INVALID,
                    "ONNX Runtime "
                            + ort.version()
                            + " refuses "
                            + name
                            + ": "
                            + refused.getMessage(),
                    refused);
        }
        byte[] model = CanonicalModel.of(Files.readAllBytes(optimized), name);
        return new Compiled(
                new ModelImage.Graph(OnnxEngine.ONNX, MEMBER),
                members(model, name),
                inputs,
                outputs,
                ElementTypes.of(model, name, inferredTypes(ort, model, name)));
    }

    private static Map<String, MemorySegment> members(byte[] model, String name) {
        WeightStore weights = new WeightStore();
        Map<String, MemorySegment> members = new LinkedHashMap<>();
        members.put(MEMBER, automatic(weights.separate(model, name)));
        if (!weights.isEmpty()) {
            members.put(StoredWeight.MEMBER, weights.memory());
        }
        return members;
    }

    private static MemorySegment automatic(byte[] bytes) {
        return copy(Arena.ofAuto(), bytes).asReadOnly();
    }

    /**
     * {@return the element types of what the outermost graph computes; none when ONNX Runtime does
     * not tell}
     */
    private static Map<String, Long> inferredTypes(Ort ort, byte[] model, String name) {
        try (Arena arena = Arena.ofConfined();
                OrtSession session =
                        new OrtSession(
                                ort,
                                copy(arena, ExposedValues.of(model, name)),
                                List.of(),
                                OrtSession.Optimization.NONE,
                                Optional.empty())) {
            Map<String, Long> types = new LinkedHashMap<>();
            session.outputs().stream()
                    .filter(port -> port.onnxType() == OrtSession.Port.TENSOR)
                    .forEach(
                            port ->
                                    types.put(
                                            port.name(),
                                            (long)
                                                    ElementType.ofOnnxRuntime(port.elementType())
                                                            .ordinal()));
            return types;
        } catch (OrtException unanswered) {
            LOG.debug(
                    "{}: types of inner values are taken from the operators alone: {}",
                    name,
                    unanswered.getMessage());
            return Map.of();
        }
    }

    private static List<TensorInfo> tensors(List<OrtSession.Port> ports, TensorInfo.Usage usage) {
        List<TensorInfo> tensors = new ArrayList<>();
        for (OrtSession.Port port : ports) {
            String what = usage.name().toLowerCase(Locale.ROOT) + " " + port.name();
            if (port.onnxType() != OrtSession.Port.TENSOR) {
                throw unsupported(
                        what
                                + " is no dense tensor but a sequence, map, optional or sparse tensor");
            }
            ElementType type = ElementType.ofOnnxRuntime(port.elementType());
            tensors.add(
                    new TensorInfo(
                            port.name(),
                            usage,
                            type.dtype()
                                    .orElseThrow(
                                            () ->
                                                    unsupported(
                                                            what
                                                                    + " has the element type "
                                                                    + (type == ElementType.UNDEFINED
                                                                            ? "number "
                                                                                    + port
                                                                                            .elementType()
                                                                            : type.label()))),
                            port.shape()));
        }
        return tensors;
    }

    private static NrtException unsupported(String what) {
        return new NrtException(
                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                what + ", which no NeuronCore has; convert it in the graph");
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        return arena.allocate(Math.max(1, bytes.length)).copyFrom(MemorySegment.ofArray(bytes));
    }

    private static void delete(Path folder) {
        if (folder != null) {
            try {
                Files.deleteIfExists(folder.resolve(MEMBER));
                Files.deleteIfExists(folder);
            } catch (IOException leftBehind) {
                // In the folder for temporary files, where the system cleans up.
            }
        }
    }
}

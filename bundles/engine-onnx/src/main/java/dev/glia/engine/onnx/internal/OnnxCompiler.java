package dev.glia.engine.onnx.internal;

import static java.util.stream.Collectors.toSet;

import dev.glia.device.GraphCompiler;
import dev.glia.device.ModelImage;
import dev.glia.engine.onnx.internal.isolation.TrialProcess;
import dev.glia.engine.onnx.internal.onnx.Bfloat16;
import dev.glia.engine.onnx.internal.onnx.CanonicalModel;
import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.ElementTypes;
import dev.glia.engine.onnx.internal.onnx.ExposedValues;
import dev.glia.engine.onnx.internal.onnx.ExternalData;
import dev.glia.engine.onnx.internal.onnx.LargeConstants;
import dev.glia.engine.onnx.internal.onnx.SafeOperands;
import dev.glia.engine.onnx.internal.onnx.SelfContained;
import dev.glia.engine.onnx.internal.onnx.ShapeSources;
import dev.glia.engine.onnx.internal.onnx.SourceModel;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.engine.onnx.internal.onnx.WeightStore;
import dev.glia.engine.onnx.internal.ort.Ort;
import dev.glia.engine.onnx.internal.ort.OrtErrors;
import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.engine.onnx.internal.ort.OrtSession;
import dev.glia.posix.MemoryFile;
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
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Compiles ONNX files: closes open dimensions, takes weights in, and lets ONNX Runtime rewrite the
 * graph once, as far as that holds on every CPU, so that loading has little left to do.
 */
@Component
public final class OnnxCompiler implements GraphCompiler {
    private static final Logger LOG = LoggerFactory.getLogger("NEFF.compile_onnx");
    private static final String MEMBER = "model.onnx";

    /**
     * What the rewritten graph takes and gives.
     *
     * @param inputs its inputs
     * @param outputs its outputs
     * @param files the files beside the source that were read
     * @param notes what was decided, a sentence each
     * @param types the element types of what the outermost graph computes, as ONNX Runtime tells
     *     them; none when it does not
     */
    public record Tensors(
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            Set<Path> files,
            List<String> notes,
            Map<String, Long> types) {

        private Tensors with(Map<String, Long> inferred) {
            return new Tensors(inputs, outputs, files, notes, inferred);
        }
    }

    private final OnnxRuntime runtime;
    private final TrialRun.Limits limits;
    private final GraphTrials trials;

    /** Remembers; loads nothing. */
    @Activate
    public OnnxCompiler(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) OnnxRuntime runtime) {
        this(runtime, TrialRun.Limits.USUAL);
    }

    OnnxCompiler(OnnxRuntime runtime, TrialRun.Limits limits) {
        this.runtime = runtime;
        this.limits = limits;
        this.trials = new GraphTrials(runtime::stateDir, LOG::warn);
    }

    @Override
    public Set<String> endings() {
        return Set.of("onnx");
    }

    @Override
    public Compiled compile(Source wanted) {
        String name = String.valueOf(wanted.path().getFileName());
        try (MemoryFile model = new MemoryFile("glia-compile");
                MemoryFile constants = new MemoryFile("glia-compile")) {
            var rewritten = new OrtSession.Rewritten(model.path(), constants.path());
            try (TrialProcess process = process(name).orElse(null)) {
                if (process == null) {
                    return compiled(optimize(wanted, rewritten), name, model, constants);
                }
                Compiled compiled =
                        compiled(apart(process, wanted, rewritten), name, model, constants);
                trials.confirm(process, name, compiled);
                return compiled;
            }
        } catch (NrtException refused) {
            throw ShortRefusal.of(refused);
        } catch (OutOfMemoryError full) {
            throw new NrtException(
                    NrtStatus.NRT_RESOURCE,
                    "there is not enough memory to compile %s (%s); that takes its constants two to three times"
                            .formatted(name, full.getMessage()),
                    full);
        } catch (IOException unreadable) {
            throw failure(NrtStatus.NRT_RESOURCE, "cannot compile " + name, unreadable);
        }
    }

    /** {@return where to compile; nothing for this process} */
    private Optional<TrialProcess> process(String name) {
        return switch (runtime.containment()) {
            case NONE -> Optional.empty();
            case TRIED -> trials.compiling();
            case ISOLATED -> Optional.of(trials.compilingOnlyThere(name));
        };
    }

    /** An interrupt of this thread says nothing of a file. */
    private static NrtException failure(NrtStatus status, String what, IOException cause) {
        return new NrtException(
                cause instanceof ClosedByInterruptException ? NrtStatus.NRT_FAILURE : status,
                what + ": " + cause,
                cause);
    }

    private static MemorySegment read(Path source, Arena memory) {
        try {
            if (!Files.isRegularFile(source)) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID, source + " is no file; give an ONNX file");
            }
            try (FileChannel channel = FileChannel.open(source)) {
                if (channel.size() > Integer.MAX_VALUE) {
                    throw new NrtException(
                            NrtStatus.NRT_INVALID,
                            source
                                    + " has "
                                    + channel.size()
                                    + " bytes; ONNX files end at 2 GiB: save its constants in files"
                                    + " beside it, as external data");
                }
                return ExternalData.read(channel, 0, channel.size(), memory);
            }
        } catch (IOException unreadable) {
            throw failure(NrtStatus.NRT_INVALID, "cannot read " + source, unreadable);
        }
    }

    private static Tensors apart(
            TrialProcess process, Source wanted, OrtSession.Rewritten rewritten)
            throws IOException {
        try (MemoryFile answer = new MemoryFile("glia-compile")) {
            return process.compile(wanted, rewritten, answer.path());
        }
    }

    /**
     * Rewrites a graph, and asks for the types in it: all of a compilation that ONNX Runtime does,
     * so that it may open the graph elsewhere. The constants of the file are in memory until it is
     * rewritten, and not longer.
     *
     * @param wanted the file, and what is wanted of it
     * @param rewritten where to write the graph and its constants
     * @return its tensors
     */
    public Tensors optimize(Source wanted, OrtSession.Rewritten rewritten) {
        String name = String.valueOf(wanted.path().getFileName());
        Tensors tensors = rewrite(wanted, name, rewritten);
        try {
            WeightStore.Apart apart = stored(rewritten.model(), rewritten.constants(), name);
            return tensors.with(inferredTypes(runtime.ort(), apart, name));
        } catch (IOException unreadable) {
            throw failure(NrtStatus.NRT_RESOURCE, "cannot compile " + name, unreadable);
        }
    }

    private Tensors rewrite(Source wanted, String name, OrtSession.Rewritten rewritten) {
        Ort ort = runtime.ort();
        try (Arena memory = Arena.ofShared()) {
            ExternalData external = new ExternalData(wanted.path(), memory);
            LargeConstants.Apart apart =
                    LargeConstants.of(read(wanted.path(), memory), name, external);
            SourceModel.Complete complete =
                    SourceModel.complete(apart.model(), name, wanted, external);
            byte[] computed = Bfloat16.inFloat32(complete.model(), name);
            List<StoredWeight> weights = SelfContained.check(ByteBuffer.wrap(computed), name);
            byte[] model = SafeOperands.guarded(ByteBuffer.wrap(computed), name).orElse(computed);
            List<OrtSession.Constant> constants =
                    weights.stream()
                            .map(
                                    weight ->
                                            new OrtSession.Constant(
                                                    weight, apart.constants().get(weight.name())))
                            .toList();
            try (OrtSession session =
                    new OrtSession(
                            ort,
                            copy(memory, model),
                            constants,
                            OrtSession.Optimization.PORTABLE,
                            Optional.of(rewritten),
                            () -> {})) {
                // A constant of bfloat16 is an input too, behind the others, until it is written.
                Set<String> names =
                        constants.stream()
                                .map(constant -> constant.weight().name())
                                .collect(toSet());
                List<OrtSession.Port> ports =
                        session.inputs().stream()
                                .filter(port -> !names.contains(port.name()))
                                .toList();
                List<TensorInfo> inputs =
                        tensors(
                                ports.stream()
                                        .map(
                                                port ->
                                                        port.withShape(
                                                                complete.inputs().get(port.name())))
                                        .toList(),
                                TensorInfo.Usage.INPUT);
                requireTensors(session.outputs());
                TrialRun.Outputs outputs =
                        TrialRun.outputs(
                                session,
                                inputs,
                                complete.declared(),
                                () -> ShapeSources.of(complete.model(), name),
                                limits);
                return new Tensors(
                        inputs,
                        tensors(outputs.ports(), TensorInfo.Usage.OUTPUT),
                        external.files(),
                        Stream.concat(complete.notes().stream(), outputs.notes().stream()).toList(),
                        Map.of());
            } catch (OrtException refused) {
                throw refusal(ort, model, name, constants, refused);
            }
        }
    }

    private static NrtException refusal(
            Ort ort,
            byte[] model,
            String name,
            List<OrtSession.Constant> constants,
            OrtException refused) {
        String what = "ONNX Runtime " + ort.version() + " refuses " + name;
        NrtException refusal = OrtErrors.refusal(what, refused, NrtStatus.NRT_INVALID);
        return OrtErrors.noKernel(refused)
                .map(missing -> MissingKernel.describe(ort, model, name, constants, missing))
                .map(types -> new NrtException(refusal.status(), refusal.reason() + types, refused))
                .orElse(refusal);
    }

    private static WeightStore.Apart stored(Path model, Path constants, String name)
            throws IOException {
        byte[] canonical = CanonicalModel.of(Files.readAllBytes(model), name);
        try (FileChannel file = FileChannel.open(constants)) {
            return WeightStore.of(canonical, name, file);
        }
    }

    private static Compiled compiled(
            Tensors tensors, String name, MemoryFile model, MemoryFile constants)
            throws IOException {
        WeightStore.Apart apart = stored(model.path(), constants.path(), name);
        Map<String, MemorySegment> members = new LinkedHashMap<>();
        members.put(MEMBER, automatic(apart.model()));
        apart.weights().ifPresent(weights -> members.put(StoredWeight.MEMBER, weights));
        return new Compiled(
                new ModelImage.Graph(OnnxEngine.ONNX, MEMBER),
                members,
                tensors.inputs(),
                tensors.outputs(),
                ElementTypes.of(apart.model(), name, tensors.types()),
                tensors.files(),
                tensors.notes());
    }

    private static MemorySegment automatic(byte[] bytes) {
        return copy(Arena.ofAuto(), bytes).asReadOnly();
    }

    /**
     * {@return the element types of what the outermost graph computes; none when ONNX Runtime does
     * not tell}
     */
    private static Map<String, Long> inferredTypes(Ort ort, WeightStore.Apart apart, String name) {
        try (Arena arena = Arena.ofConfined();
                OrtSession session =
                        new OrtSession(
                                ort,
                                copy(arena, ExposedValues.of(apart.model(), name)),
                                constants(apart, name),
                                OrtSession.Optimization.NONE,
                                Optional.empty(),
                                () -> {})) {
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

    private static List<OrtSession.Constant> constants(WeightStore.Apart apart, String name) {
        return SelfContained.check(ByteBuffer.wrap(apart.model()), name).stream()
                .map(
                        weight ->
                                new OrtSession.Constant(
                                        weight,
                                        apart.weights()
                                                .orElseThrow()
                                                .asSlice(weight.offset(), weight.length())))
                .toList();
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

    private static void requireTensors(List<OrtSession.Port> outputs) {
        tensors(
                outputs.stream().map(port -> port.withShape(List.of())).toList(),
                TensorInfo.Usage.OUTPUT);
    }

    private static NrtException unsupported(String what) {
        return new NrtException(
                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                what + ", which no NeuronCore has; convert it in the graph");
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        return arena.allocate(Math.max(1, bytes.length)).copyFrom(MemorySegment.ofArray(bytes));
    }
}

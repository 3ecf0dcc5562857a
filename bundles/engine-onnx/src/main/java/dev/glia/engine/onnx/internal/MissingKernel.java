package dev.glia.engine.onnx.internal;

import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.UpToNode;
import dev.glia.engine.onnx.internal.ort.Ort;
import dev.glia.engine.onnx.internal.ort.OrtErrors;
import dev.glia.engine.onnx.internal.ort.OrtException;
import dev.glia.engine.onnx.internal.ort.OrtSession;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tells with which types an operator has no kernel, which ONNX Runtime leaves out. */
final class MissingKernel {
    /** The first version of the standard operators that ONNX Runtime has all kernels for. */
    private static final int FIRST_OPSET = 7;

    private MissingKernel() {}

    /**
     * {@return the types, and the next step}
     *
     * @param model the model that was refused
     * @param name its name
     * @param constants those that are not in the model
     * @param missing the operator
     */
    static String describe(
            Ort ort,
            byte[] model,
            String name,
            List<OrtSession.Constant> constants,
            OrtErrors.NoKernel missing) {
        Optional<UpToNode> found = UpToNode.of(model, name, missing.node());
        if (found.isPresent()
                && found.get().opset() < FIRST_OPSET
                && missing.version() < FIRST_OPSET) {
            return "; the model has version %s of the operators, and kernels begin with version %s: convert the model, for example with onnx.version_converter"
                    .formatted(found.get().opset(), FIRST_OPSET);
        }
        return found.map(node -> types(ort, node, constants)).orElse("")
                + "; convert with Cast to a type that it has, for example float32";
    }

    private static String types(Ort ort, UpToNode node, List<OrtSession.Constant> constants) {
        String target = node.target().map(type -> ", the result " + type.label()).orElse("");
        try (Arena arena = Arena.ofConfined();
                OrtSession session =
                        new OrtSession(
                                ort,
                                arena.allocate(node.model().length)
                                        .copyFrom(MemorySegment.ofArray(node.model())),
                                constants,
                                OrtSession.Optimization.NONE,
                                Optional.empty(),
                                () -> {})) {
            List<OrtSession.Port> given = session.outputs();
            return given.stream()
                    .map(
                            port ->
                                    port.name()
                                            + " is "
                                            + ElementType.ofOnnxRuntime(port.elementType()).label())
                    .collect(Collectors.joining(", ", ": ", target));
        } catch (OrtException unanswered) {
            return target.isEmpty() ? "" : ":" + target.substring(1);
        }
    }
}

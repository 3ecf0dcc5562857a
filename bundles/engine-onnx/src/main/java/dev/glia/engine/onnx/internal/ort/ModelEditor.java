package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.engine.onnx.internal.ort.OrtSession.Constant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;

/**
 * Makes sessions of a model whose constants lie elsewhere, through the part of the C API that edits
 * models: only there are constants used where they lie, for as long as the session lives.
 */
final class ModelEditor {
    /** What has less than this many bytes is copied; ONNX Runtime wants that. */
    private static final int LEAST = 128;

    private final Ort ort;
    private final OrtApi api;

    ModelEditor(Ort ort) {
        this.ort = ort;
        this.api = ort.api();
    }

    /**
     * {@return a session}
     *
     * @param model an ONNX model that has inputs in place of constants
     * @param added the names of these inputs
     * @param constants the constants
     * @throws OrtException when the model is refused
     */
    long session(
            MemorySegment model, Set<String> added, List<Constant> constants, OrtOptions options) {
        long session =
                api.get(
                        OrtApi.CREATE_MODEL_EDITOR_SESSION_FROM_ARRAY,
                        ort.environment(),
                        model,
                        model.byteSize(),
                        options.handle());
        try {
            apply(session, added, constants);
            api.check(OrtApi.FINALIZE_MODEL_EDITOR_SESSION, session, options.handle(), 0);
            return session;
        } catch (RuntimeException | Error refused) {
            api.call(OrtApi.RELEASE_SESSION, session);
            throw refused;
        }
    }

    private void apply(long session, Set<String> added, List<Constant> constants) {
        long changes = api.get(OrtApi.CREATE_MODEL, 0, 0, 0);
        try {
            long graph = api.get(OrtApi.CREATE_GRAPH);
            try {
                constants.forEach(constant -> add(graph, constant));
                setInputs(graph, session, added);
                api.check(OrtApi.ADD_GRAPH_TO_MODEL, changes, graph);
            } catch (RuntimeException | Error refused) {
                api.call(OrtApi.RELEASE_GRAPH, graph);
                throw refused;
            }
            api.check(OrtApi.APPLY_MODEL_TO_MODEL_EDITOR_SESSION, session, changes);
        } finally {
            api.call(OrtApi.RELEASE_MODEL, changes);
        }
    }

    /** The graph owns the tensor from then on. */
    private void add(long graph, Constant constant) {
        StoredWeight weight = constant.weight();
        MemorySegment data = constant.data();
        try (Arena call = Arena.ofConfined()) {
            MemorySegment tensor = call.allocate(ADDRESS);
            api.tensor(ort.cpu(), data, weight.shape(), weight.elementType(), tensor);
            try {
                api.check(
                        OrtApi.ADD_INITIALIZER_TO_GRAPH,
                        graph,
                        call.allocateFrom(weight.name()),
                        tensor.get(ADDRESS, 0),
                        data.byteSize() < LEAST ? 0 : 1);
            } catch (RuntimeException | Error refused) {
                api.releaseValues(tensor);
                throw refused;
            }
        }
    }

    /** The inputs that were added are none any more; the graph owns what describes the others. */
    private void setInputs(long graph, long session, Set<String> added) {
        long count = api.get(OrtApi.SESSION_GET_INPUT_COUNT, session);
        try (Arena call = Arena.ofConfined()) {
            MemorySegment inputs = call.allocate(ADDRESS, Math.max(1, count));
            int kept = 0;
            try {
                for (long i = 0; i < count; i++) {
                    long input = input(session, i, added);
                    if (input != 0) {
                        inputs.setAtIndex(JAVA_LONG, kept++, input);
                    }
                }
                api.check(OrtApi.SET_GRAPH_INPUTS, graph, inputs, kept);
            } catch (RuntimeException | Error refused) {
                for (int i = 0; i < kept; i++) {
                    api.call(OrtApi.RELEASE_VALUE_INFO, inputs.getAtIndex(JAVA_LONG, i));
                }
                throw refused;
            }
        }
    }

    /** {@return what describes an input, 0 for one that was added} */
    private long input(long session, long index, Set<String> added) {
        long name = api.get(OrtApi.SESSION_GET_INPUT_NAME, session, index, ort.allocator());
        try {
            if (added.contains(OrtMemory.string(name))) {
                return 0;
            }
            long type = api.get(OrtApi.SESSION_GET_INPUT_TYPE_INFO, session, index);
            try {
                return api.get(OrtApi.CREATE_VALUE_INFO, name, type);
            } finally {
                api.call(OrtApi.RELEASE_TYPE_INFO, type);
            }
        } finally {
            api.check(OrtApi.ALLOCATOR_FREE, ort.allocator(), name);
        }
    }
}

package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.engine.onnx.internal.ort.OrtSession.Constant;
import dev.glia.engine.onnx.internal.ort.OrtSession.Format;
import dev.glia.engine.onnx.internal.ort.OrtSession.Optimization;
import dev.glia.engine.onnx.internal.ort.OrtSession.Rewritten;
import dev.glia.posix.Libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** How sessions are made. One may serve many sessions, also at the same time, once it is set up. */
final class OrtOptions implements AutoCloseable {

    /** A core is one thread, which waits without turning. */
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "session.intra_op.allow_spinning", "0",
                    "session.inter_op.allow_spinning", "0");

    private static final Map<String, String> IN_PLACE =
            Map.of(
                    "session.load_model_format", Format.ORT.name(),
                    "session.use_ort_model_bytes_directly", "1",
                    "session.use_ort_model_bytes_for_initializers", "1");

    private final OrtApi api;
    private final long handle;

    /**
     * One thread, one operator after the other.
     *
     * @throws OrtException when ONNX Runtime refuses that
     */
    OrtOptions(OrtApi api, Optimization optimization) {
        this.api = api;
        this.handle = api.get(OrtApi.CREATE_SESSION_OPTIONS);
        try {
            api.check(OrtApi.SET_SESSION_EXECUTION_MODE, handle, 0);
            api.check(OrtApi.SET_INTRA_OP_NUM_THREADS, handle, 1);
            api.check(OrtApi.SET_INTER_OP_NUM_THREADS, handle, 1);
            api.check(OrtApi.SET_SESSION_GRAPH_OPTIMIZATION_LEVEL, handle, optimization.level());
            configure(SETTINGS);
        } catch (RuntimeException | Error refused) {
            close();
            throw refused;
        }
    }

    /** {@return those for graphs in ONNX Runtime's own format that are used where they lie} */
    static OrtOptions inPlace(OrtApi api) {
        var options = new OrtOptions(api, Optimization.NONE);
        try {
            options.configure(IN_PLACE);
            return options;
        } catch (RuntimeException | Error refused) {
            options.close();
            throw refused;
        }
    }

    long handle() {
        return handle;
    }

    /** Writes the rewritten graph to a file. */
    void write(Rewritten rewritten) {
        configure(Map.of("session.save_model_format", rewritten.format().name()));
        try (Arena call = Arena.ofConfined()) {
            api.check(
                    OrtApi.SET_OPTIMIZED_MODEL_FILE_PATH,
                    handle,
                    Libc.path(call, rewritten.file()));
        }
    }

    /** Hands constants over. ONNX Runtime uses their memory in place. */
    void add(List<Constant> constants, long cpu) {
        if (constants.isEmpty()) {
            return;
        }
        try (Arena call = Arena.ofConfined()) {
            MemorySegment names = call.allocate(ADDRESS, constants.size());
            MemorySegment values = call.allocate(ADDRESS, constants.size());
            try {
                for (int i = 0; i < constants.size(); i++) {
                    StoredWeight weight = constants.get(i).weight();
                    names.setAtIndex(ADDRESS, i, call.allocateFrom(weight.name()));
                    api.tensor(
                            cpu,
                            constants.get(i).data(),
                            weight.shape(),
                            weight.elementType(),
                            values.asSlice(i * ADDRESS.byteSize(), ADDRESS));
                }
                api.check(
                        OrtApi.ADD_EXTERNAL_INITIALIZERS, handle, names, values, constants.size());
            } finally {
                api.releaseValues(values);
            }
        }
    }

    private void configure(Map<String, String> settings) {
        try (Arena call = Arena.ofConfined()) {
            settings.forEach(
                    (key, value) ->
                            api.check(
                                    OrtApi.ADD_SESSION_CONFIG_ENTRY,
                                    handle,
                                    call.allocateFrom(key),
                                    call.allocateFrom(value)));
        }
    }

    @Override
    public void close() {
        api.call(OrtApi.RELEASE_SESSION_OPTIONS, handle);
    }
}

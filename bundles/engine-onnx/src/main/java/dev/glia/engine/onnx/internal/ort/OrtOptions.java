package dev.glia.engine.onnx.internal.ort;

import dev.glia.engine.onnx.internal.onnx.WeightStore;
import dev.glia.engine.onnx.internal.ort.OrtSession.Optimization;
import dev.glia.engine.onnx.internal.ort.OrtSession.Rewritten;
import dev.glia.posix.Libc;

import java.lang.foreign.Arena;
import java.util.Map;

/** How a session is made. */
final class OrtOptions implements AutoCloseable {

    /**
     * A core is one thread, which waits without turning. Constants are handed over in memory: ONNX
     * Runtime may not look for any in files, whatever a model says.
     */
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "session.intra_op.allow_spinning", "0",
                    "session.inter_op.allow_spinning", "0",
                    "session.model_external_initializers_file_folder_path", "/dev/null");

    private static final Map<String, String> BOUNDED =
            Map.of(
                    "session.use_env_allocators", "1",
                    "session.use_device_allocator_for_initializers", "1");

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
            if (optimization != Optimization.ALL) {
                configure(Map.of("session.disable_prepacking", "1"));
            }
        } catch (RuntimeException | Error refused) {
            close();
            throw refused;
        }
    }

    long handle() {
        return handle;
    }

    /**
     * Writes the rewritten graph to a file, as an ONNX model, and its large constants to another.
     * Such sessions are those of the compiler, which may run the graph to learn shapes: what a run
     * takes is bounded.
     */
    void write(Rewritten rewritten) {
        configure(BOUNDED);
        configure(
                Map.of(
                        "session.save_model_format",
                        "ONNX",
                        "session.optimized_model_external_initializers_file_name",
                        rewritten.constants().getFileName().toString(),
                        "session.optimized_model_external_initializers_min_size_in_bytes",
                        String.valueOf(WeightStore.LEAST)));
        try (Arena call = Arena.ofConfined()) {
            api.check(
                    OrtApi.SET_OPTIMIZED_MODEL_FILE_PATH,
                    handle,
                    Libc.path(call, rewritten.model()));
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

package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.engine.onnx.internal.onnx.StoredWeight;
import dev.glia.engine.onnx.internal.ort.OrtSession.Constant;
import dev.glia.engine.onnx.internal.ort.OrtSession.Optimization;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Path;
import java.util.List;
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

    private final OrtApi api;
    private final long handle;

    /**
     * One thread, one operator after the other.
     *
     * @throws OrtException when ONNX Runtime refuses that
     */
    OrtOptions(OrtApi api, Optimization optimization) {
        this.api = api;
        try (Arena call = Arena.ofConfined()) {
            MemorySegment out = call.allocate(JAVA_LONG);
            api.check(OrtApi.CREATE_SESSION_OPTIONS, out.address());
            this.handle = out.get(JAVA_LONG, 0);
        }
        try {
            api.check(OrtApi.SET_SESSION_EXECUTION_MODE, handle, 0);
            api.check(OrtApi.SET_INTRA_OP_NUM_THREADS, handle, 1);
            api.check(OrtApi.SET_INTER_OP_NUM_THREADS, handle, 1);
            api.check(OrtApi.SET_SESSION_GRAPH_OPTIMIZATION_LEVEL, handle, optimization.level());
            configure(SETTINGS);
        } catch (OrtException refused) {
            close();
            throw refused;
        }
    }

    long handle() {
        return handle;
    }

    /** Writes the rewritten graph to a file, as an ONNX model. */
    void write(Path file) {
        configure(Map.of("session.save_model_format", "ONNX"));
        try (Arena call = Arena.ofConfined()) {
            api.check(
                    OrtApi.SET_OPTIMIZED_MODEL_FILE_PATH,
                    handle,
                    call.allocateFrom(file.toString()).address());
        }
    }

    /** Hands constants over. ONNX Runtime copies them when the session is made. */
    void add(List<Constant> constants, long cpu) {
        if (constants.isEmpty()) {
            return;
        }
        try (Arena call = Arena.ofConfined()) {
            MemorySegment names = call.allocate(JAVA_LONG, constants.size());
            MemorySegment values = call.allocate(JAVA_LONG, constants.size());
            int count = 0;
            try {
                for (Constant constant : constants) {
                    values.setAtIndex(JAVA_LONG, count, value(constant, cpu, call));
                    names.setAtIndex(
                            JAVA_LONG,
                            count++,
                            call.allocateFrom(constant.weight().name()).address());
                }
                api.check(
                        OrtApi.ADD_EXTERNAL_INITIALIZERS,
                        handle,
                        names.address(),
                        values.address(),
                        count);
            } finally {
                for (int i = 0; i < count; i++) {
                    api.call(OrtApi.RELEASE_VALUE, values.getAtIndex(JAVA_LONG, i));
                }
            }
        }
    }

    private long value(Constant constant, long cpu, SegmentAllocator call) {
        StoredWeight weight = constant.weight();
        MemorySegment data = constant.data();
        long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
        MemorySegment extents = call.allocate(JAVA_LONG, Math.max(1, shape.length));
        MemorySegment.copy(shape, 0, extents, JAVA_LONG, 0, shape.length);
        MemorySegment out = call.allocate(JAVA_LONG);
        api.check(
                OrtApi.CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE,
                cpu,
                data.address(),
                data.byteSize(),
                extents.address(),
                shape.length,
                weight.elementType(),
                out.address());
        return out.get(JAVA_LONG, 0);
    }

    private void configure(Map<String, String> settings) {
        try (Arena call = Arena.ofConfined()) {
            settings.forEach(
                    (key, value) ->
                            api.check(
                                    OrtApi.ADD_SESSION_CONFIG_ENTRY,
                                    handle,
                                    call.allocateFrom(key).address(),
                                    call.allocateFrom(value).address()));
        }
    }

    @Override
    public void close() {
        api.call(OrtApi.RELEASE_SESSION_OPTIONS, handle);
    }
}

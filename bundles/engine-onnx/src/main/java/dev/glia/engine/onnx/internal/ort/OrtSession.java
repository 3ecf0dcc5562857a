package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.util.stream.Collectors.toMap;

import dev.glia.engine.onnx.internal.onnx.ConstantInputs;
import dev.glia.engine.onnx.internal.onnx.StoredWeight;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A graph that ONNX Runtime has prepared. Runs may go on in parallel; nothing here guards against
 * closing it while one does, which ends the JVM: its owner counts references.
 */
public final class OrtSession implements AutoCloseable {

    /** How much ONNX Runtime rewrites a graph, by its numbers. */
    public enum Optimization {
        /** Not at all. */
        NONE(0),
        /** Everything that holds on every CPU. */
        PORTABLE(2),
        /** Also for the layouts of this CPU, for which it copies constants. */
        ALL(99);

        private final int level;

        Optimization(int level) {
            this.level = level;
        }

        int level() {
            return level;
        }
    }

    /**
     * An input or an output.
     *
     * @param name the name
     * @param nameAddress the name as a C string that lives as long as the session is reachable
     * @param onnxType the number of {@code ONNXType}: {@value #TENSOR} for a tensor
     * @param elementType the number of {@code ONNXTensorElementDataType}, 0 when it is no tensor
     * @param ranked whether the number of dimensions is known; the shape is empty when it is not,
     *     as that of a scalar is
     * @param shape the extents, -1 where one is open
     */
    public record Port(
            String name,
            long nameAddress,
            int onnxType,
            int elementType,
            boolean ranked,
            List<Long> shape) {
        /** The {@code ONNXType} of tensors. */
        public static final int TENSOR = 1;

        /** {@return whether every extent is known} */
        public boolean isStatic() {
            return ranked && shape.stream().allMatch(extent -> extent >= 0);
        }

        /** {@return whether it may have a shape} */
        public boolean fits(List<Long> wanted) {
            return !ranked
                    || shape.size() == wanted.size()
                            && IntStream.range(0, wanted.size())
                                    .allMatch(
                                            i ->
                                                    shape.get(i) < 0
                                                            || shape.get(i).equals(wanted.get(i)));
        }

        /** {@return the same with another shape, all extents known} */
        public Port withShape(List<Long> known) {
            return new Port(name, nameAddress, onnxType, elementType, true, known);
        }
    }

    private final Ort ort;

    /** Of the names; a few bytes are not worth the closing, which takes every thread of the JVM. */
    private final Arena arena;

    private final long handle;
    private final List<Port> inputs;
    private final List<Port> outputs;
    private final Runnable closed;

    /**
     * The data of a constant that is not in the model itself.
     *
     * @param weight what it is
     * @param data its data, which the session uses where it lies
     */
    public record Constant(StoredWeight weight, MemorySegment data) {}

    /**
     * Where a rewritten graph goes.
     *
     * @param model the file for the ONNX model
     * @param constants the file in the same folder for its large constants
     */
    public record Rewritten(Path model, Path constants) {}

    /**
     * Prepares an ONNX model.
     *
     * @param ort the library
     * @param model an ONNX model; only read during this call
     * @param constants those that are not in the model, used until the session is closed
     * @param optimization how much to rewrite it
     * @param rewritten where to write the rewritten graph, if wanted
     * @param closed called when the session is closed, and uses the constants no more
     * @throws OrtException when the model is refused
     */
    public OrtSession(
            Ort ort,
            MemorySegment model,
            List<Constant> constants,
            Optimization optimization,
            Optional<Rewritten> rewritten,
            Runnable closed) {
        this.ort = ort;
        this.closed = closed;
        this.handle = created(ort, model, constants, optimization, rewritten);

        try (Arena call = Arena.ofConfined()) {
            this.arena = Arena.ofAuto();
            this.inputs =
                    ports(
                            call,
                            OrtApi.SESSION_GET_INPUT_COUNT,
                            OrtApi.SESSION_GET_INPUT_NAME,
                            OrtApi.SESSION_GET_INPUT_TYPE_INFO);
            this.outputs =
                    ports(
                            call,
                            OrtApi.SESSION_GET_OUTPUT_COUNT,
                            OrtApi.SESSION_GET_OUTPUT_NAME,
                            OrtApi.SESSION_GET_OUTPUT_TYPE_INFO);
        } catch (RuntimeException | Error refused) {
            free();
            throw refused;
        }
    }

    private static long created(
            Ort ort,
            MemorySegment model,
            List<Constant> constants,
            Optimization optimization,
            Optional<Rewritten> rewritten) {
        try (var options = new OrtOptions(ort.api(), optimization)) {
            if (rewritten.isPresent()) {
                ort.bound();
                options.write(rewritten.get());
            }
            if (constants.isEmpty()) {
                return created(ort, model, options);
            }
            ConstantInputs inputs =
                    ConstantInputs.of(
                            model.asByteBuffer(),
                            constants.stream().collect(toMap(Constant::weight, Constant::data)));
            try (Arena call = Arena.ofConfined()) {
                MemorySegment whole = call.allocateFrom(JAVA_BYTE, inputs.model());
                return inputs.complete()
                        ? created(ort, whole, options)
                        : new ModelEditor(ort).session(whole, inputs.added(), constants, options);
            }
        }
    }

    private static long created(Ort ort, MemorySegment model, OrtOptions options) {
        return ort.api()
                .get(
                        OrtApi.CREATE_SESSION_FROM_ARRAY,
                        ort.environment(),
                        model,
                        model.byteSize(),
                        options.handle());
    }

    /** {@return the inputs in the order of the graph} */
    public List<Port> inputs() {
        return inputs;
    }

    /** {@return the outputs in the order of the graph} */
    public List<Port> outputs() {
        return outputs;
    }

    Ort ort() {
        return ort;
    }

    long handle() {
        return handle;
    }

    /** Frees it. Nobody may be running it. */
    @Override
    public void close() {
        free();
        closed.run();
    }

    private void free() {
        ort.api().call(OrtApi.RELEASE_SESSION, handle);
    }

    private List<Port> ports(SegmentAllocator call, int countSlot, int nameSlot, int typeSlot) {
        OrtApi api = ort.api();
        long count = api.get(countSlot, handle);
        List<Port> ports = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            MemorySegment name = name(nameSlot, i);
            long type = api.get(typeSlot, handle, i);
            try {
                ports.add(port(call, name, type));
            } finally {
                api.call(OrtApi.RELEASE_TYPE_INFO, type);
            }
        }
        return List.copyOf(ports);
    }

    /** {@return a name with the bytes that it has in the graph, whether these are text or not} */
    private MemorySegment name(int nameSlot, long index) {
        long chars = ort.api().get(nameSlot, handle, index, ort.allocator());
        try {
            return OrtMemory.copy(arena, chars);
        } finally {
            ort.api().check(OrtApi.ALLOCATOR_FREE, ort.allocator(), chars);
        }
    }

    private Port port(SegmentAllocator call, MemorySegment name, long typeInfo) {
        OrtApi api = ort.api();
        int onnxType = (int) api.get(OrtApi.GET_ONNX_TYPE_FROM_TYPE_INFO, typeInfo);
        long tensor = api.get(OrtApi.CAST_TYPE_INFO_TO_TENSOR_INFO, typeInfo);
        boolean isTensor = onnxType == Port.TENSOR && tensor != 0;
        return new Port(
                name.getString(0),
                name.address(),
                onnxType,
                isTensor ? (int) api.get(OrtApi.GET_TENSOR_ELEMENT_TYPE, tensor) : 0,
                // A C++ bool: only the lowest byte is defined.
                isTensor && (byte) api.call(OrtApi.TENSOR_TYPE_AND_SHAPE_HAS_SHAPE, tensor) != 0,
                isTensor ? shape(api, call, tensor) : List.of());
    }

    static List<Long> shape(OrtApi api, SegmentAllocator call, long tensorInfo) {
        long rank = api.get(OrtApi.GET_DIMENSIONS_COUNT, tensorInfo);
        MemorySegment extents = call.allocate(JAVA_LONG, Math.max(1, rank));
        api.check(OrtApi.GET_DIMENSIONS, tensorInfo, extents, rank);
        List<Long> shape = new ArrayList<>();
        for (long i = 0; i < rank; i++) {
            shape.add(extents.getAtIndex(JAVA_LONG, i));
        }
        return List.copyOf(shape);
    }
}

package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.engine.onnx.internal.onnx.ElementType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A session with memory bound to its tensors: everything that one call needs, laid out once. {@link
 * #run()} is for one thread at a time and allocates nothing; {@link #terminate()} may come from
 * another thread while it runs.
 */
public final class OrtRun implements AutoCloseable {

    /**
     * A tensor of the session and its memory.
     *
     * @param port the input or output
     * @param shape its extents, all known
     * @param memory native memory of exactly its size, of which Boolean inputs are copied at each
     *     run; {@code null} for an output that ONNX Runtime allocates
     */
    public record Binding(OrtSession.Port port, List<Long> shape, MemorySegment memory) {}

    private final OrtApi api;
    private final long session;
    private final Arena arena = Arena.ofShared();
    private final Booleans booleans = new Booleans();
    private final List<Long> values = new ArrayList<>();
    private final int inputCount;
    private final int outputCount;
    private final long inputNames;
    private final long inputValues;
    private final long outputNames;
    private final long options;
    private final MemorySegment outputValues;
    private final List<PassedOn> passedOn;

    /** An output that is an input, to which ONNX Runtime writes nothing when it is bound. */
    private record PassedOn(MemorySegment input, MemorySegment output) {}

    /**
     * Binds.
     *
     * @param session the session; stays open until this is closed
     * @param inputs all inputs
     * @param outputs all outputs wanted
     * @throws OrtException when ONNX Runtime refuses a tensor
     */
    public OrtRun(OrtSession session, List<Binding> inputs, List<Binding> outputs) {
        this.api = session.ort().api();
        this.session = session.handle();
        this.inputCount = inputs.size();
        this.outputCount = outputs.size();
        try {
            this.inputNames = names(inputs);
            this.outputNames = names(outputs);
            List<Binding> given = cleaned(inputs);
            this.inputValues = values(session.ort(), given).address();
            this.outputValues = values(session.ort(), outputs);
            this.passedOn = passedOn(given, outputs);
            this.options = newRunOptions();
        } catch (RuntimeException refused) {
            releaseValues();
            arena.close();
            throw refused;
        }
    }

    /**
     * Runs once.
     *
     * @throws OrtException when it fails or was terminated
     */
    public void run() {
        booleans.copy();
        api.check(
                api.run(
                        session,
                        options,
                        inputNames,
                        inputValues,
                        inputCount,
                        outputNames,
                        outputCount,
                        outputValues.address()));
        // An index instead of an iterator: this is on the way of every request.
        for (int i = 0; i < passedOn.size(); i++) {
            passedOn.get(i).output().copyFrom(passedOn.get(i).input());
        }
    }

    /** Makes every run give the memory that it took back to the system, not to the next run. */
    public void keepNothing() {
        try (Arena call = Arena.ofConfined()) {
            api.check(
                    OrtApi.ADD_RUN_CONFIG_ENTRY,
                    options,
                    call.allocateFrom("memory.enable_memory_arena_shrinkage").address(),
                    call.allocateFrom("cpu:0").address());
        }
    }

    /** Makes the run that goes on, and every later one, fail until {@link #unterminate()}. */
    public void terminate() {
        api.check(OrtApi.RUN_OPTIONS_SET_TERMINATE, options);
    }

    /** Takes {@link #terminate()} back. */
    public void unterminate() {
        api.check(OrtApi.RUN_OPTIONS_UNSET_TERMINATE, options);
    }

    /**
     * {@return the shape of an output that ONNX Runtime allocated in the last run; frees it}
     *
     * @param index the place of the output among those bound
     */
    public List<Long> takeShape(int index) {
        long value = outputValues.getAtIndex(JAVA_LONG, index);
        outputValues.setAtIndex(JAVA_LONG, index, 0);
        try (Arena call = Arena.ofConfined()) {
            MemorySegment out = call.allocate(JAVA_LONG);
            api.check(OrtApi.GET_TENSOR_TYPE_AND_SHAPE, value, out.address());
            long info = out.get(JAVA_LONG, 0);
            try {
                return OrtSession.shape(api, call, info);
            } finally {
                api.call(OrtApi.RELEASE_TENSOR_TYPE_AND_SHAPE_INFO, info);
            }
        } finally {
            api.call(OrtApi.RELEASE_VALUE, value);
        }
    }

    /** Frees what was bound; nothing may be running. */
    @Override
    public void close() {
        api.call(OrtApi.RELEASE_RUN_OPTIONS, options);
        releaseValues();
        arena.close();
    }

    private void releaseValues() {
        values.forEach(value -> api.call(OrtApi.RELEASE_VALUE, value));
    }

    private List<Binding> cleaned(List<Binding> inputs) {
        return inputs.stream()
                .map(
                        input ->
                                input.port().elementType() == ElementType.BOOL.ordinal()
                                        ? new Binding(
                                                input.port(),
                                                input.shape(),
                                                booleans.add(input.memory(), arena))
                                        : input)
                .toList();
    }

    private static List<PassedOn> passedOn(List<Binding> inputs, List<Binding> outputs) {
        List<PassedOn> passedOn = new ArrayList<>();
        for (Binding output : outputs) {
            for (Binding input : inputs) {
                if (output.memory() != null && input.port().name().equals(output.port().name())) {
                    passedOn.add(new PassedOn(input.memory(), output.memory()));
                }
            }
        }
        return passedOn;
    }

    private long newRunOptions() {
        MemorySegment out = arena.allocate(JAVA_LONG);
        api.check(OrtApi.CREATE_RUN_OPTIONS, out.address());
        return out.get(JAVA_LONG, 0);
    }

    private long names(List<Binding> bindings) {
        return OrtMemory.longs(
                        arena,
                        bindings.stream()
                                .mapToLong(binding -> binding.port().nameAddress())
                                .toArray())
                .address();
    }

    private MemorySegment values(Ort ort, List<Binding> bindings) {
        return OrtMemory.longs(
                arena, bindings.stream().mapToLong(binding -> value(ort, binding)).toArray());
    }

    private long value(Ort ort, Binding binding) {
        MemorySegment memory = binding.memory();
        if (memory == null) {
            return 0;
        }
        // A tensor without elements still needs an address that is not null.
        long data = memory.byteSize() == 0 ? arena.allocate(1).address() : memory.address();
        MemorySegment shape =
                OrtMemory.longs(
                        arena, binding.shape().stream().mapToLong(Long::longValue).toArray());
        MemorySegment out = arena.allocate(JAVA_LONG);
        api.check(
                OrtApi.CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE,
                ort.cpu(),
                data,
                memory.byteSize(),
                shape.address(),
                binding.shape().size(),
                binding.port().elementType(),
                out.address());
        long value = out.get(JAVA_LONG, 0);
        values.add(value);
        return value;
    }
}

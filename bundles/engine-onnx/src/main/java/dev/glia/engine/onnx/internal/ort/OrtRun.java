package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.engine.onnx.internal.onnx.ElementType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
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

    /** Its names lie as long as it can be reached. */
    private final OrtSession session;

    private final Arena arena = Arena.ofShared();

    /** The options, then the tensors of inputs and outputs: whatever is here is released. */
    private final MemorySegment handles;

    private final Booleans booleans = new Booleans();
    private final List<PassedOn> passedOn;

    // What a call takes, as it takes it.
    private final long model;
    private final long options;
    private final long inputNames;
    private final long inputs;
    private final int inputCount;
    private final long outputNames;
    private final long outputs;
    private final int outputCount;

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
        this.session = session;
        this.model = session.handle();
        this.inputCount = inputs.size();
        this.outputCount = outputs.size();
        this.handles = arena.allocate(ADDRESS, 1L + inputCount + outputCount);
        this.inputs = handles.address() + ADDRESS.byteSize();
        this.outputs = this.inputs + inputCount * ADDRESS.byteSize();
        try {
            api.check(OrtApi.CREATE_RUN_OPTIONS, place(0));
            this.options = handle(0);
            List<Binding> given = inputs.stream().map(this::cleaned).toList();
            this.inputNames = bind(given, 1);
            this.outputNames = bind(outputs, 1 + inputCount);
            this.passedOn = passedOn(given, outputs);
        } catch (RuntimeException | Error refused) {
            close();
            throw refused;
        }
    }

    /** Fills the places of tensors, and returns where their names are. */
    private long bind(List<Binding> bindings, int first) {
        for (int i = 0; i < bindings.size(); i++) {
            Binding binding = bindings.get(i);
            if (binding.memory() != null) {
                api.tensor(
                        session.ort().cpu(),
                        binding.memory(),
                        binding.shape(),
                        binding.port().elementType(),
                        place(first + i));
            }
        }
        return OrtMemory.longs(
                        arena,
                        bindings.stream().map(binding -> binding.port().nameAddress()).toList())
                .address();
    }

    private MemorySegment place(int index) {
        return handles.asSlice(index * ADDRESS.byteSize(), ADDRESS);
    }

    private long handle(int index) {
        return handles.getAtIndex(JAVA_LONG, index);
    }

    /**
     * Runs once.
     *
     * @throws OrtException when it fails or was terminated
     */
    public void run() {
        try {
            booleans.copy();
            api.require(
                    api.run(
                            model,
                            options,
                            inputNames,
                            inputs,
                            inputCount,
                            outputNames,
                            outputCount,
                            outputs));
            // An index instead of an iterator: this is on the way of every request.
            for (int i = 0; i < passedOn.size(); i++) {
                passedOn.get(i).output().copyFrom(passedOn.get(i).input());
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Makes every run give the memory that it took back to the system, not to the next run. */
    public void keepNothing() {
        try (Arena call = Arena.ofConfined()) {
            api.check(
                    OrtApi.ADD_RUN_CONFIG_ENTRY,
                    options,
                    call.allocateFrom("memory.enable_memory_arena_shrinkage"),
                    call.allocateFrom("cpu:0"));
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
        int at = 1 + inputCount + index;
        try (Arena call = Arena.ofConfined()) {
            long info = api.get(OrtApi.GET_TENSOR_TYPE_AND_SHAPE, handle(at));
            try {
                return OrtSession.shape(api, call, info);
            } finally {
                api.call(OrtApi.RELEASE_TENSOR_TYPE_AND_SHAPE_INFO, info);
            }
        } finally {
            long value = handle(at);
            handles.setAtIndex(JAVA_LONG, at, 0);
            api.call(OrtApi.RELEASE_VALUE, value);
        }
    }

    /** Frees what was bound and what runs left; nothing may be running. */
    @Override
    public void close() {
        api.call(OrtApi.RELEASE_RUN_OPTIONS, handle(0));
        api.releaseValues(handles.asSlice(ADDRESS.byteSize()));
        arena.close();
    }

    private Binding cleaned(Binding input) {
        return input.port().elementType() == ElementType.BOOL.ordinal()
                ? new Binding(input.port(), input.shape(), booleans.add(input.memory(), arena))
                : input;
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
}

package dev.glia.benchmarks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Collections;

/**
 * The least that Java can do to run a model: {@code OrtApi.Run} through a constant method handle,
 * with the values made beforehand. Shares no code with the engine, so that a slow binding there
 * cannot hide. One thread only.
 */
final class BareCall {
    // Places in the table of functions, from the public header.
    private static final int API_VERSION = 28;
    private static final int CREATE_ENV = 3;
    private static final int CREATE_SESSION_FROM_ARRAY = 8;
    private static final int RUN = 9;
    private static final int CREATE_SESSION_OPTIONS = 10;
    private static final int SET_SESSION_EXECUTION_MODE = 13;
    private static final int SET_SESSION_GRAPH_OPTIMIZATION_LEVEL = 23;
    private static final int SET_INTRA_OP_NUM_THREADS = 24;
    private static final int SET_INTER_OP_NUM_THREADS = 25;
    private static final int CREATE_RUN_OPTIONS = 39;
    private static final int CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE = 49;
    private static final int CREATE_CPU_MEMORY_INFO = 69;
    private static final int ADD_SESSION_CONFIG_ENTRY = 130;

    private static final int LOG_ERRORS = 3;
    private static final int SEQUENTIAL = 0;
    private static final int EXTENDED = 2;
    private static final int FLOAT = 1;

    private static final MemorySegment API = api();
    private static final MethodHandle ORT_RUN = function(function(RUN), 8);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment out = arena.allocate(JAVA_LONG);
    private final MemorySegment input = arena.allocate(JAVA_FLOAT);
    private final MemorySegment output = arena.allocate(JAVA_FLOAT);
    private final long session;
    private final long runOptions;
    private final long inputNames;
    private final long inputs;
    private final long outputNames;
    private final long outputs;

    BareCall() {
        long environment = make(CREATE_ENV, LOG_ERRORS, text("benchmark"));
        long options = make(CREATE_SESSION_OPTIONS);
        call(SET_SESSION_EXECUTION_MODE, options, SEQUENTIAL);
        call(SET_INTRA_OP_NUM_THREADS, options, 1);
        call(SET_INTER_OP_NUM_THREADS, options, 1);
        call(SET_SESSION_GRAPH_OPTIMIZATION_LEVEL, options, EXTENDED);
        call(ADD_SESSION_CONFIG_ENTRY, options, text("session.intra_op.allow_spinning"), text("0"));
        byte[] onnx = OneFloat.onnx();
        MemorySegment model = arena.allocateFrom(JAVA_BYTE, onnx);
        session =
                make(CREATE_SESSION_FROM_ARRAY, environment, model.address(), onnx.length, options);
        runOptions = make(CREATE_RUN_OPTIONS); // without, each run makes and frees some
        inputNames = pointerTo(text("x"));
        outputNames = pointerTo(text("y"));
        inputs = pointerTo(tensor(input));
        outputs = pointerTo(tensor(output));
        input.set(JAVA_FLOAT, 0, OneFloat.INPUT);
    }

    /** {@return the status, 0 for success} */
    long run() {
        try {
            return (long)
                    ORT_RUN.invokeExact(
                            session, runOptions, inputNames, inputs, 1L, outputNames, 1L, outputs);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    float result() {
        return output.get(JAVA_FLOAT, 0);
    }

    private long tensor(MemorySegment memory) {
        long cpu = make(CREATE_CPU_MEMORY_INFO, 1, 0);
        long shape = arena.allocateFrom(JAVA_LONG, 1L).address();
        return make(
                CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE,
                cpu,
                memory.address(),
                memory.byteSize(),
                shape,
                1,
                FLOAT);
    }

    private long text(String value) {
        return arena.allocateFrom(value).address();
    }

    private long pointerTo(long address) {
        return arena.allocateFrom(JAVA_LONG, address).address();
    }

    /** Calls a function that returns what it made through its last parameter. */
    private long make(int slot, long... arguments) {
        long[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = out.address();
        call(slot, all);
        return out.get(JAVA_LONG, 0);
    }

    private static void call(int slot, long... arguments) {
        long status = invoke(function(slot), arguments);
        if (status != 0) {
            throw new IllegalStateException("function " + slot + " of ONNX Runtime's C API failed");
        }
    }

    private static MemorySegment function(int slot) {
        return API.getAtIndex(ADDRESS, slot);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment api() {
        MemorySegment base =
                MemorySegment.ofAddress(invoke(NativeOrt.load().findOrThrow("OrtGetApiBase")))
                        .reinterpret(ADDRESS.byteSize());
        return MemorySegment.ofAddress(invoke(base.get(ADDRESS, 0), API_VERSION))
                .reinterpret((ADD_SESSION_CONFIG_ENTRY + 1) * ADDRESS.byteSize());
    }

    private static long invoke(MemorySegment function, long... arguments) {
        try {
            MethodHandle handle = function(function, arguments.length);
            return (long) handle.asSpreader(long[].class, arguments.length).invokeExact(arguments);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /**
     * Each parameter of these functions takes one register or one slot of the stack, so each is a
     * long.
     */
    @SuppressWarnings("restricted")
    private static MethodHandle function(MemorySegment address, int parameters) {
        MemoryLayout[] longs =
                Collections.nCopies(parameters, JAVA_LONG).toArray(MemoryLayout[]::new);
        return Linker.nativeLinker()
                .downcallHandle(address, FunctionDescriptor.of(JAVA_LONG, longs));
    }
}

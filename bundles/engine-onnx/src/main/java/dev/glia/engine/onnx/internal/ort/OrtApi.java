package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The table of functions of ONNX Runtime's C API.
 *
 * <p>The table only ever grows at its end, so the numbers below, taken from the public header, hold
 * for every version from 1.22 on. Every parameter of these functions is a pointer, a {@code
 * size_t}, an {@code int64_t} or a small non-negative enum. On x86-64 and on AArch64 each of them
 * takes one general register or one 8-byte slot of the stack, so one kind of parameter serves all:
 * an address where memory has to stay open during the call, and a {@code long} on the hot path,
 * which keeps that free of allocation in every compiler tier.
 */
final class OrtApi {
    /** The version of the API that the numbers below and the library belong to. */
    static final int VERSION = 28;

    static final int GET_ERROR_CODE = 1;
    static final int GET_ERROR_MESSAGE = 2;
    static final int CREATE_ENV = 3;
    static final int CREATE_SESSION_FROM_ARRAY = 8;
    static final int RUN = 9;
    static final int CREATE_SESSION_OPTIONS = 10;
    static final int SET_OPTIMIZED_MODEL_FILE_PATH = 11;
    static final int SET_SESSION_EXECUTION_MODE = 13;
    static final int SET_SESSION_GRAPH_OPTIMIZATION_LEVEL = 23;
    static final int SET_INTRA_OP_NUM_THREADS = 24;
    static final int SET_INTER_OP_NUM_THREADS = 25;
    static final int SESSION_GET_INPUT_COUNT = 30;
    static final int SESSION_GET_OUTPUT_COUNT = 31;
    static final int SESSION_GET_INPUT_TYPE_INFO = 33;
    static final int SESSION_GET_OUTPUT_TYPE_INFO = 34;
    static final int SESSION_GET_INPUT_NAME = 36;
    static final int SESSION_GET_OUTPUT_NAME = 37;
    static final int CREATE_RUN_OPTIONS = 39;
    static final int RUN_OPTIONS_SET_TERMINATE = 46;
    static final int RUN_OPTIONS_UNSET_TERMINATE = 47;
    static final int CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE = 49;
    static final int CAST_TYPE_INFO_TO_TENSOR_INFO = 55;
    static final int GET_ONNX_TYPE_FROM_TYPE_INFO = 56;
    static final int GET_TENSOR_ELEMENT_TYPE = 60;
    static final int GET_DIMENSIONS_COUNT = 61;
    static final int GET_DIMENSIONS = 62;
    static final int GET_TENSOR_TYPE_AND_SHAPE = 65;
    static final int CREATE_CPU_MEMORY_INFO = 69;
    static final int ALLOCATOR_FREE = 76;
    static final int GET_ALLOCATOR_WITH_DEFAULT_OPTIONS = 78;
    static final int RELEASE_STATUS = 93;
    static final int RELEASE_SESSION = 95;
    static final int RELEASE_VALUE = 96;
    static final int RELEASE_RUN_OPTIONS = 97;
    static final int RELEASE_TYPE_INFO = 98;
    static final int RELEASE_TENSOR_TYPE_AND_SHAPE_INFO = 99;
    static final int RELEASE_SESSION_OPTIONS = 100;
    static final int ADD_SESSION_CONFIG_ENTRY = 130;
    static final int CREATE_AND_REGISTER_ALLOCATOR = 144;
    static final int CREATE_ARENA_CFG = 156;
    static final int RELEASE_ARENA_CFG = 157;
    static final int ADD_RUN_CONFIG_ENTRY = 165;
    static final int RELEASE_VALUE_INFO = 285;
    static final int RELEASE_GRAPH = 287;
    static final int RELEASE_MODEL = 288;
    private static final int GET_MODEL_EDITOR_API = 291;
    static final int TENSOR_TYPE_AND_SHAPE_HAS_SHAPE = 390;

    private static final int SLOTS = 391;

    // The table of the model editor counts on from there.
    static final int CREATE_VALUE_INFO = SLOTS + 5;
    static final int CREATE_GRAPH = SLOTS + 7;
    static final int SET_GRAPH_INPUTS = SLOTS + 8;
    static final int ADD_INITIALIZER_TO_GRAPH = SLOTS + 10;
    static final int CREATE_MODEL = SLOTS + 12;
    static final int ADD_GRAPH_TO_MODEL = SLOTS + 13;
    static final int CREATE_MODEL_EDITOR_SESSION_FROM_ARRAY = SLOTS + 16;
    static final int APPLY_MODEL_TO_MODEL_EDITOR_SESSION = SLOTS + 18;
    static final int FINALIZE_MODEL_EDITOR_SESSION = SLOTS + 19;

    private static final int EDITOR_SLOTS = 20;
    private static final int RUN_PARAMETERS = 8;
    private static final MethodHandle HOT = function(JAVA_LONG, RUN_PARAMETERS);

    /** By the number of their parameters. */
    private static final Map<Integer, MethodHandle> COLD = new ConcurrentHashMap<>();

    private final String version;
    private final MemorySegment table;
    private final MemorySegment editor;
    private final MemorySegment run;

    /**
     * Finds the table.
     *
     * @throws OrtException when the library does not offer this version of the API
     */
    @SuppressWarnings("restricted")
    OrtApi(SymbolLookup library) {
        MemorySegment entry =
                library.find("OrtGetApiBase")
                        .orElseThrow(
                                () ->
                                        new OrtException(
                                                OrtException.FAIL,
                                                "the library has no function OrtGetApiBase"));
        MemorySegment base =
                MemorySegment.ofAddress(call(entry)).reinterpret(2 * ADDRESS.byteSize());
        this.version = OrtMemory.string(call(base.getAtIndex(ADDRESS, 1)));
        long found = call(base.getAtIndex(ADDRESS, 0), VERSION);
        if (found == 0) {
            throw new OrtException(
                    OrtException.FAIL,
                    "ONNX Runtime "
                            + version
                            + " does not offer version "
                            + VERSION
                            + " of its API");
        }
        this.table = table(found, SLOTS);
        this.editor = table(call(table.getAtIndex(ADDRESS, GET_MODEL_EDITOR_API)), EDITOR_SLOTS);
        this.run = table.getAtIndex(ADDRESS, RUN);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment table(long address, int slots) {
        return MemorySegment.ofAddress(address).reinterpret(slots * ADDRESS.byteSize());
    }

    /** {@return the version of the library, such as {@code 1.28.0}} */
    String version() {
        return version;
    }

    /** Throws what a status says and releases it; 0 is success. */
    void require(long status) {
        if (status != 0) {
            throw failure(status);
        }
    }

    private OrtException failure(long status) {
        try {
            return new OrtException(
                    (int) call(GET_ERROR_CODE, status),
                    OrtMemory.string(call(GET_ERROR_MESSAGE, status)));
        } finally {
            call(RELEASE_STATUS, status);
        }
    }

    /**
     * Calls a function that answers with a status.
     *
     * @param arguments memory segments, which stay open meanwhile, and whole numbers
     * @throws OrtException when it does not succeed
     */
    void check(int slot, Object... arguments) {
        require(call(slot, arguments));
    }

    /** Calls a function, and returns what that returns; anything, where it returns nothing. */
    long call(int slot, Object... arguments) {
        return call(
                slot < SLOTS
                        ? table.getAtIndex(ADDRESS, slot)
                        : editor.getAtIndex(ADDRESS, slot - SLOTS),
                arguments);
    }

    /** {@return what a function hands out through its last parameter: a number or an address} */
    long get(int slot, Object... arguments) {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment out = call.allocate(JAVA_LONG);
            Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
            all[arguments.length] = out;
            check(slot, all);
            return out.get(JAVA_LONG, 0);
        }
    }

    /**
     * Makes a tensor of memory, which it uses where that lies.
     *
     * @param place where the tensor goes; whoever has it releases the tensor
     */
    void tensor(
            long cpu, MemorySegment data, List<Long> shape, int elementType, MemorySegment place) {
        try (Arena call = Arena.ofConfined()) {
            // A tensor without elements still needs an address that is not null.
            check(
                    CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE,
                    cpu,
                    data.byteSize() == 0 ? place : data,
                    data.byteSize(),
                    OrtMemory.longs(call, shape),
                    shape.size(),
                    elementType,
                    place);
        }
    }

    /** Releases the tensors of those places that have one. */
    void releaseValues(MemorySegment places) {
        for (long at = 0; at < places.byteSize(); at += ADDRESS.byteSize()) {
            long value = places.get(JAVA_LONG, at);
            if (value != 0) {
                call(RELEASE_VALUE, value);
            }
        }
    }

    /** The hot one: runs a session and returns the status, 0 for success. */
    long run(
            long session,
            long options,
            long inNames,
            long ins,
            long inCount,
            long outNames,
            long outCount,
            long outs) {
        try {
            return (long)
                    HOT.invokeExact(
                            run, session, options, inNames, ins, inCount, outNames, outCount, outs);
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    private static long call(MemorySegment function, Object... arguments) {
        MemorySegment[] addresses = new MemorySegment[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            addresses[i] =
                    arguments[i] instanceof MemorySegment memory
                            ? memory
                            : MemorySegment.ofAddress(((Number) arguments[i]).longValue());
        }
        try {
            return (long)
                    COLD.computeIfAbsent(arguments.length, OrtApi::spreading)
                            .invokeExact(function, addresses);
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    private static MethodHandle spreading(int parameters) {
        return function(ADDRESS, parameters).asSpreader(MemorySegment[].class, parameters);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(ValueLayout parameter, int parameters) {
        return Linker.nativeLinker()
                .downcallHandle(
                        FunctionDescriptor.of(
                                JAVA_LONG,
                                Collections.nCopies(parameters, parameter)
                                        .toArray(MemoryLayout[]::new)));
    }

    /** A downcall itself throws nothing checked; what arrives here is unchecked already. */
    private static RuntimeException rethrow(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException unchecked -> unchecked;
            case Error error -> throw error;
            default -> new IllegalStateException(thrown);
        };
    }
}

package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.stream.Stream;

/**
 * The table of functions of ONNX Runtime's C API.
 *
 * <p>The table only ever grows at its end, so the numbers below, taken from the public header, hold
 * for every version from 1.22 on. Every parameter of these functions is a pointer, a {@code
 * size_t}, an {@code int64_t} or a small non-negative enum. On x86-64 and on AArch64 each of them
 * takes one general register or one 8-byte slot of the stack, so all are declared as {@code long};
 * that keeps the calls free of allocation in every compiler tier.
 */
final class OrtApi {
    /** The version of the API that the numbers below and the library belong to. */
    static final int VERSION = 28;

    static final int GET_ERROR_CODE = 1;
    static final int GET_ERROR_MESSAGE = 2;
    static final int CREATE_ENV_WITH_CUSTOM_LOGGER = 4;
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

    /** The table of the model editor is kept behind the other one. */
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

    private static final MethodHandle F0 = function(0);
    private static final MethodHandle F1 = function(1);
    private static final MethodHandle F2 = function(2);
    private static final MethodHandle F3 = function(3);
    private static final MethodHandle F4 = function(4);
    private static final MethodHandle F5 = function(5);
    private static final MethodHandle F7 = function(7);
    private static final MethodHandle F8 = function(8);

    private final String version;
    private final MemorySegment[] functions = new MemorySegment[SLOTS + EDITOR_SLOTS];

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
        long table = call(base.getAtIndex(ADDRESS, 0), VERSION);
        if (table == 0) {
            throw new OrtException(
                    OrtException.FAIL,
                    "ONNX Runtime "
                            + version
                            + " does not offer version "
                            + VERSION
                            + " of its API");
        }
        read(table, 0, SLOTS);
        read(call(functions[GET_MODEL_EDITOR_API]), SLOTS, EDITOR_SLOTS);
    }

    @SuppressWarnings("restricted")
    private void read(long table, int first, int count) {
        MemorySegment slots =
                MemorySegment.ofAddress(table).reinterpret(count * ADDRESS.byteSize());
        for (int slot = 0; slot < count; slot++) {
            functions[first + slot] = slots.getAtIndex(ADDRESS, slot);
        }
    }

    /** {@return the version of the library, such as {@code 1.28.0}} */
    String version() {
        return version;
    }

    long call(int slot, long a) {
        return call(functions[slot], a);
    }

    /** Throws what a status says and releases it; 0 is success. */
    void check(long status) {
        if (status != 0) {
            throw failure(status);
        }
    }

    private OrtException failure(long status) {
        int code = (int) call(functions[GET_ERROR_CODE], status);
        String message = OrtMemory.string(call(functions[GET_ERROR_MESSAGE], status));
        call(functions[RELEASE_STATUS], status);
        return new OrtException(code, message);
    }

    void check(int slot, long a) {
        check(call(slot, a));
    }

    void check(int slot, long a, long b) {
        try {
            check((long) F2.invokeExact(functions[slot], a, b));
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    void check(int slot, long a, long b, long c) {
        try {
            check((long) F3.invokeExact(functions[slot], a, b, c));
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    void check(int slot, long a, long b, long c, long d) {
        try {
            check((long) F4.invokeExact(functions[slot], a, b, c, d));
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    void check(int slot, long a, long b, long c, long d, long e) {
        try {
            check((long) F5.invokeExact(functions[slot], a, b, c, d, e));
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    void check(int slot, long a, long b, long c, long d, long e, long f, long g) {
        try {
            check((long) F7.invokeExact(functions[slot], a, b, c, d, e, f, g));
        } catch (Throwable thrown) {
            throw rethrow(thrown);
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
                    F8.invokeExact(
                            functions[RUN],
                            session,
                            options,
                            inNames,
                            ins,
                            inCount,
                            outNames,
                            outCount,
                            outs);
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    private static long call(MemorySegment function) {
        try {
            return (long) F0.invokeExact(function);
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    private static long call(MemorySegment function, long a) {
        try {
            return (long) F1.invokeExact(function, a);
        } catch (Throwable thrown) {
            throw rethrow(thrown);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(int parameters) {
        MemoryLayout[] layouts =
                Stream.generate(() -> JAVA_LONG).limit(parameters).toArray(MemoryLayout[]::new);
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, layouts));
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

package dev.glia.engine.onnx.internal.ort;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;

/**
 * ONNX Runtime in this process: the library and its one environment. Lives until the process ends,
 * because the library cannot be unloaded safely. Thread-safe.
 *
 * <p>Its log is off. What it calls an error comes back as the status of a call as well, and a log
 * function of ours would outlive the class that it calls: the environment is one for all users of
 * the library file in this process, and keeps the function of the first.
 */
public final class Ort {
    private static final int SEVERITY_FATAL = 4;
    private static final int ARENA_ALLOCATOR = 1;
    private static final int DEFAULT_MEMORY = 0;

    private final OrtApi api;
    private final long environment;
    private final long cpu;
    private final long allocator;

    /** Made when they are first needed, and kept. */
    private OrtOptions inPlace;

    /**
     * Starts ONNX Runtime.
     *
     * @param library the loaded library
     * @throws OrtException when it does not start
     */
    public Ort(SymbolLookup library) {
        this.api = new OrtApi(library);
        try (Arena call = Arena.ofConfined()) {
            this.environment =
                    api.get(OrtApi.CREATE_ENV, SEVERITY_FATAL, call.allocateFrom("glia"));
        }
        this.cpu = api.get(OrtApi.CREATE_CPU_MEMORY_INFO, ARENA_ALLOCATOR, DEFAULT_MEMORY);
        this.allocator = api.get(OrtApi.GET_ALLOCATOR_WITH_DEFAULT_OPTIONS);
    }

    /** {@return the version of the library, such as {@code 1.28.0}} */
    public String version() {
        return api.version();
    }

    OrtApi api() {
        return api;
    }

    long environment() {
        return environment;
    }

    long cpu() {
        return cpu;
    }

    long allocator() {
        return allocator;
    }

    /** {@return how sessions of graphs are made that are used where they lie} */
    synchronized OrtOptions inPlace() {
        if (inPlace == null) {
            inPlace = OrtOptions.inPlace(api);
        }
        return inPlace;
    }
}

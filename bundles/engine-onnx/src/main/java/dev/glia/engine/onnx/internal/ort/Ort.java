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

    /** What the compiler may take to run a graph, beside its weights. */
    private static final long TRIAL_BYTES = 4L << 30;

    /** An arena that grows by what is asked for, and not by powers of two. */
    private static final int AS_REQUESTED = 1;

    private static final int DEFAULT = -1;

    private final OrtApi api;
    private final long environment;
    private final long cpu;
    private final long allocator;

    private boolean bounded;

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

    /** Bounds the memory of those sessions that ask for the allocator of the environment. */
    synchronized void bound() {
        if (bounded) {
            return;
        }
        long bound = api.get(OrtApi.CREATE_ARENA_CFG, TRIAL_BYTES, AS_REQUESTED, DEFAULT, DEFAULT);
        try {
            api.check(OrtApi.CREATE_AND_REGISTER_ALLOCATOR, environment, cpu, bound);
        } finally {
            api.call(OrtApi.RELEASE_ARENA_CFG, bound);
        }
        bounded = true;
    }
}

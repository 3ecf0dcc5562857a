package dev.glia.engine.onnx.internal.ort;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * ONNX Runtime in this process: the library and its one environment. Lives until the process ends,
 * because the library cannot be unloaded safely. Thread-safe.
 */
public final class Ort {
    private static final Logger LOG = LoggerFactory.getLogger("TDRV.onnxruntime");
    private static final int SEVERITY_ERROR = 3;
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
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            MemorySegment id = Arena.global().allocateFrom("glia");
            api.check(
                    OrtApi.CREATE_ENV_WITH_CUSTOM_LOGGER,
                    logFunction().address(),
                    0,
                    SEVERITY_ERROR,
                    id.address(),
                    out.address());
            this.environment = out.get(JAVA_LONG, 0);
            api.check(
                    OrtApi.CREATE_CPU_MEMORY_INFO, ARENA_ALLOCATOR, DEFAULT_MEMORY, out.address());
            this.cpu = out.get(JAVA_LONG, 0);
            api.check(OrtApi.GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, out.address());
            this.allocator = out.get(JAVA_LONG, 0);
        }
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
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            api.check(
                    OrtApi.CREATE_ARENA_CFG,
                    TRIAL_BYTES,
                    AS_REQUESTED,
                    DEFAULT,
                    DEFAULT,
                    out.address());
            long bound = out.get(JAVA_LONG, 0);
            try {
                api.check(OrtApi.CREATE_AND_REGISTER_ALLOCATOR, environment, cpu, bound);
            } finally {
                api.call(OrtApi.RELEASE_ARENA_CFG, bound);
            }
        }
        bounded = true;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment logFunction() {
        try {
            var target =
                    MethodHandles.lookup()
                            .findStatic(
                                    Ort.class,
                                    "log",
                                    MethodType.methodType(
                                            void.class,
                                            long.class,
                                            int.class,
                                            long.class,
                                            long.class,
                                            long.class,
                                            long.class));
            return Linker.nativeLinker()
                    .upcallStub(
                            target,
                            FunctionDescriptor.ofVoid(
                                    JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                                    JAVA_LONG),
                            Arena.global());
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Takes the log lines of ONNX Runtime. Whatever it calls an error also comes back as the status
     * of the call, so these lines are details for people who look for them.
     */
    private static void log(
            long param, int severity, long category, long id, long location, long message) {
        try {
            if (severity >= SEVERITY_FATAL) {
                LOG.error("{}", OrtMemory.string(message));
            } else if (LOG.isDebugEnabled()) {
                LOG.debug("{} ({})", OrtMemory.string(message), OrtMemory.string(location));
            }
        } catch (Throwable mustNotReachNativeCode) {
            // An exception that leaves an upcall ends the JVM; a lost log line does not.
        }
    }
}

package dev.glia.engine.onnx.internal.isolation;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.glia.posix.Libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the process that runs this may take of the host. */
final class ProcessLimits {
    /** What is private, and in use: neither shared memory nor addresses that are only reserved. */
    private static final int RLIMIT_DATA = 2;

    private static final int RLIMIT_CORE = 4;
    private static final MethodHandle SETRLIMIT =
            Libc.function("setrlimit", JAVA_INT, JAVA_INT, ADDRESS);

    private ProcessLimits() {}

    /** When the host is short of memory, it ends this process first; nothing of it stays behind. */
    static void expendable() {
        set(RLIMIT_CORE, 0);
        try {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000");
        } catch (IOException refused) {
            // Then the system chooses as it always does.
        }
    }

    /** Lets requests for more memory than that fail. */
    static void memory(long bytes) {
        set(RLIMIT_DATA, bytes);
    }

    /** A host that does not know the limit is not made safer by ending here. */
    private static void set(int resource, long limit) {
        try (Arena call = Arena.ofConfined()) {
            MemorySegment both = call.allocateFrom(JAVA_LONG, limit, limit);
            new Libc().call(errno -> (int) SETRLIMIT.invokeExact(errno, resource, both));
        }
    }
}

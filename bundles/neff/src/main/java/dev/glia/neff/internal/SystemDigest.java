package dev.glia.neff.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A hash by libcrypto of OpenSSL 3, where the system has it. The JDK is as fast only in code of its
 * optimising compiler, which short commands never reach: there, libcrypto hashes more than twice as
 * fast with MD5, and more than twenty times with SHA-256.
 */
final class SystemDigest {
    private static final String LIBRARY = "libcrypto.so.3";

    /** More than the state of any of the hashes, which is at most 112 bytes. */
    private static final int STATE = 512;

    /** By their names in the library; empty where there is none. */
    private static final Map<String, Optional<Functions>> KNOWN = new ConcurrentHashMap<>();

    private record Functions(MethodHandle init, MethodHandle update, MethodHandle finish) {}

    private final Functions functions;
    private final MemorySegment state = Arena.ofAuto().allocate(STATE, Long.BYTES);
    private final MemorySegment result;

    private SystemDigest(Functions functions, int bytes) {
        this.functions = functions;
        this.result = Arena.ofAuto().allocate(bytes);
        call(() -> (int) functions.init.invokeExact(state));
    }

    /** A call that tells 1 when it is done. */
    @FunctionalInterface
    private interface Call {
        int invoke() throws Throwable;
    }

    /**
     * Begins a hash.
     *
     * @param name its name in the library, such as {@code MD5}
     * @param bytes its size
     */
    static Optional<SystemDigest> of(String name, int bytes) {
        return KNOWN.computeIfAbsent(name, SystemDigest::functions)
                .map(functions -> new SystemDigest(functions, bytes));
    }

    @SuppressWarnings("restricted")
    private static Optional<Functions> functions(String name) {
        try {
            SymbolLookup library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
            Linker linker = Linker.nativeLinker();
            return Optional.of(
                    new Functions(
                            linker.downcallHandle(
                                    library.findOrThrow(name + "_Init"),
                                    FunctionDescriptor.of(JAVA_INT, ADDRESS)),
                            linker.downcallHandle(
                                    library.findOrThrow(name + "_Update"),
                                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG)),
                            linker.downcallHandle(
                                    library.findOrThrow(name + "_Final"),
                                    FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS))));
        } catch (RuntimeException absent) {
            // The JDK hashes too.
            return Optional.empty();
        }
    }

    /** Adds what remains of a buffer. */
    void update(ByteBuffer buffer) {
        ByteBuffer direct =
                buffer.isDirect()
                        ? buffer
                        : ByteBuffer.allocateDirect(buffer.remaining()).put(buffer).flip();
        MemorySegment bytes = MemorySegment.ofBuffer(direct);
        call(() -> (int) functions.update.invokeExact(state, bytes, bytes.byteSize()));
        buffer.position(buffer.limit());
    }

    /** Ends the hash. */
    byte[] digest() {
        call(() -> (int) functions.finish.invokeExact(result, state));
        return result.toArray(JAVA_BYTE);
    }

    private static void call(Call call) {
        try {
            if (call.invoke() != 1) {
                throw new IllegalStateException(LIBRARY + " does not hash");
            }
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}

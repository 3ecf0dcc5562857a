package dev.glia.log.syslog.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * The four functions of the C library that a datagram socket needs. Each reports through {@code
 * errno}.
 */
final class Libc {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO =
            STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET =
            function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle CONNECT =
            function("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SEND =
            function("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);

    private Libc() {}

    static MemorySegment errno(Arena arena) {
        return arena.allocate(STATE);
    }

    static int value(MemorySegment errno) {
        return errno.get(JAVA_INT, ERRNO);
    }

    static int socket(MemorySegment errno, int family, int type) {
        try {
            return (int) SOCKET.invokeExact(errno, family, type, 0);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int connect(MemorySegment errno, int descriptor, MemorySegment address) {
        try {
            return (int) CONNECT.invokeExact(errno, descriptor, address, (int) address.byteSize());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static long send(MemorySegment errno, int descriptor, MemorySegment bytes, int flags) {
        try {
            return (long) SEND.invokeExact(errno, descriptor, bytes, bytes.byteSize(), flags);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int close(MemorySegment errno, int descriptor) {
        try {
            return (int) CLOSE.invokeExact(errno, descriptor);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(
            String name, MemoryLayout result, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.captureCallState("errno"));
    }
}

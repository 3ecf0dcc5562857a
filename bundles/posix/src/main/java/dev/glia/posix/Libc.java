package dev.glia.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Calls of the C library. Linux, 64 bit. One object keeps the error number of one call at a time:
 * each owner has its own and guards it.
 */
public final class Libc {
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int EROFS = 30;
    public static final int ELOOP = 40;
    public static final int ENOBUFS = 105;
    public static final int ECONNREFUSED = 111;

    /** The texts of the C library are in the language and the encoding of the locale. */
    private static final Map<Integer, String> NAMES =
            Map.ofEntries(
                    Map.entry(1, "EPERM"),
                    Map.entry(ENOENT, "ENOENT"),
                    Map.entry(5, "EIO"),
                    Map.entry(9, "EBADF"),
                    Map.entry(EAGAIN, "EAGAIN"),
                    Map.entry(12, "ENOMEM"),
                    Map.entry(EACCES, "EACCES"),
                    Map.entry(ENOTDIR, "ENOTDIR"),
                    Map.entry(EISDIR, "EISDIR"),
                    Map.entry(22, "EINVAL"),
                    Map.entry(ENFILE, "ENFILE"),
                    Map.entry(EMFILE, "EMFILE"),
                    Map.entry(27, "EFBIG"),
                    Map.entry(28, "ENOSPC"),
                    Map.entry(30, "EROFS"),
                    Map.entry(36, "ENAMETOOLONG"),
                    Map.entry(37, "ENOLCK"),
                    Map.entry(38, "ENOSYS"),
                    Map.entry(ELOOP, "ELOOP"),
                    Map.entry(90, "EMSGSIZE"),
                    Map.entry(91, "EPROTOTYPE"),
                    Map.entry(ENOBUFS, "ENOBUFS"),
                    Map.entry(ECONNREFUSED, "ECONNREFUSED"),
                    Map.entry(116, "ESTALE"),
                    Map.entry(122, "EDQUOT"));

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO =
            STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle CLOSE =
            link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final MemorySegment state = Arena.ofAuto().allocate(STATE);

    /** One call of a {@link #function}. */
    @FunctionalInterface
    public interface Call {
        /** {@return what the function returned; it leaves its error number in {@code state}} */
        long make(MemorySegment state) throws Throwable;
    }

    /** {@return a function that tells failures by errno: its first parameter takes that} */
    public static MethodHandle function(
            String name, MemoryLayout result, MemoryLayout... parameters) {
        return link(
                name,
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"));
    }

    /** {@return the same for a function whose parameters from {@code first} on are variadic} */
    public static MethodHandle variadic(
            int first, String name, MemoryLayout result, MemoryLayout... parameters) {
        return link(
                name,
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(first));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(
            String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }

    /** {@return the result of a call, made again while signals interrupt it, or -errno} */
    public long call(Call call) {
        try {
            long result;
            do {
                result = call.make(state);
                if (result < 0) {
                    result = -state.get(JAVA_INT, ERRNO);
                }
            } while (result == -EINTR);
            return result;
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Closes a descriptor, which Linux does even where it reports an error. */
    public static void close(int descriptor) {
        try {
            int _ = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** {@return the name of an error that a call returned, and what helps where that is known} */
    public static String describe(long result) {
        int error = (int) -result;
        String name = NAMES.getOrDefault(error, "errno " + error);
        return error == EMFILE || error == ENFILE
                ? name + ": too many open files; raise their limit (ulimit -n)"
                : name;
    }

    /**
     * {@return a path as a C string: the bytes that Java opens as well, in the encoding of the
     * locale}
     *
     * @throws NrtException NRT_INVALID when the text of the path does not stand for its bytes
     */
    public static MemorySegment path(SegmentAllocator allocator, Path path) {
        String text = path.toString();
        Charset encoding = Charset.forName(System.getProperty("sun.jnu.encoding"));
        try {
            ByteBuffer bytes = encoding.newEncoder().encode(CharBuffer.wrap(text));
            if (path.equals(Path.of(text))) {
                MemorySegment string = allocator.allocate(bytes.remaining() + 1L);
                MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, string, 0, bytes.remaining());
                string.set(JAVA_BYTE, bytes.remaining(), (byte) 0);
                return string;
            }
        } catch (CharacterCodingException | InvalidPathException lost) {
            // As told below.
        }
        throw new NrtException(
                NrtStatus.NRT_INVALID,
                "the path \"%s\" has characters that are not of %s, the encoding of the locale; choose another path, or set LC_ALL=C.UTF-8"
                        .formatted(text, encoding));
    }
}

package dev.glia.neff.internal;

import dev.glia.neff.FileKind;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;

/**
 * Words the errors about one NEFF, so that each names the file, the place, what was found and what
 * is accepted.
 *
 * @param label the file, or what else to call the bytes
 * @param file what to call the file in a command
 */
record Refusals(String label, String file) {
    private static final int SHOWN = 120;

    /** For a file. */
    static Refusals of(Path file) {
        return new Refusals(file.toString(), file.toString());
    }

    /** For bytes in memory. */
    static Refusals of(String label) {
        return new Refusals(label, "FILE");
    }

    /** The label, with a name that the content claims in brackets if it is another one. */
    String label(String name) {
        boolean same = name.isEmpty() || label.equals(name) || label.endsWith("/" + name);
        return same ? label : label + " (" + shown(name) + ")";
    }

    NrtException noNeff(FileKind kind) {
        return invalid(kind.insteadOf(FileKind.Wanted.NEFF, file));
    }

    NrtException field(String field, long offset, Object found, String accepted) {
        return invalid(
                "%s at offset %s is %s; accepted: %s"
                        .formatted(field, offset, shown(found), accepted));
    }

    NrtException payload(long offset, String found, String accepted) {
        return invalid("payload at offset %s: %s; accepted: %s".formatted(offset, found, accepted));
    }

    NrtException member(String member, String field, Object found, String accepted) {
        return invalid(
                "member %s: %s is %s; accepted: %s"
                        .formatted(shown(member), field, shown(found), accepted));
    }

    NrtException invalid(String problem) {
        return invalid(problem, null);
    }

    NrtException invalid(String problem, Throwable cause) {
        return new NrtException(NrtStatus.NRT_INVALID, label + ": " + problem, cause);
    }

    NrtException unsupported(String problem) {
        return new NrtException(NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION, label + ": " + problem);
    }

    NrtException noMemory(long bytes) {
        return new NrtException(
                NrtStatus.NRT_RESOURCE,
                "%s: %s bytes of host memory could not be had; free memory or raise the limit of this process"
                        .formatted(label, bytes));
    }

    /**
     * A file that could not be read or written, which an interrupt of this thread says nothing of.
     */
    NrtException failed(String problem, IOException cause) {
        boolean interrupted =
                cause instanceof ClosedByInterruptException
                        || cause instanceof ClosedChannelException
                                && Thread.currentThread().isInterrupted();
        return interrupted ? interrupted() : invalid(problem, cause);
    }

    NrtException interrupted() {
        Thread.currentThread().interrupt();
        return new NrtException(
                NrtStatus.NRT_FAILURE,
                label + ": the thread was interrupted before it was done with the file");
    }

    /** Whether a terminal shows it, and does not obey it. */
    static boolean isPrintable(int c) {
        return !Character.isISOControl(c)
                && switch (Character.getType(c)) {
                    case Character.FORMAT,
                            Character.SURROGATE,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR ->
                            false;
                    default -> true;
                };
    }

    /** Untrusted text as it may be printed: short, in one line, without control characters. */
    static String shown(Object found) {
        String text = String.valueOf(found);
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .limit(SHOWN)
                .forEach(
                        c -> {
                            if (isPrintable(c)) {
                                clean.appendCodePoint(c);
                            } else {
                                clean.append("\\u%04x".formatted(c));
                            }
                        });
        return text.codePointCount(0, text.length()) > SHOWN ? clean + "..." : clean.toString();
    }
}

package dev.glia.log.internal;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Writes a failure below a message, a line for each frame, with whatever its messages contain
 * escaped.
 */
final class Failures {
    private static final StackTraceElement[] NO_FRAMES = {};
    private static final int MOST = 64;

    private final StringBuilder out;
    private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private Failures(StringBuilder out) {
        this.out = out;
    }

    static void append(StringBuilder out, Throwable failure) {
        try {
            new Failures(out).append(failure, "", "", NO_FRAMES);
        } catch (RuntimeException e) {
            out.append(" [the rest of the failure cannot be read]");
        }
    }

    private void append(
            Throwable failure, String indent, String caption, StackTraceElement[] enclosing) {
        out.append('\n').append(indent).append(caption);
        if (seen.size() >= MOST) {
            out.append("[more failures]");
            return;
        }
        if (!seen.add(failure)) {
            out.append("[as above: ").append(failure.getClass().getName()).append(']');
            return;
        }
        out.append(Escapes.escape(describe(failure)));
        StackTraceElement[] frames = failure.getStackTrace();
        int common = common(frames, enclosing);
        for (int i = 0; i < frames.length - common; i++) {
            out.append('\n')
                    .append(indent)
                    .append("    at ")
                    .append(Escapes.escape(frames[i].toString()));
        }
        if (common > 0) {
            out.append('\n').append(indent).append("    ... ").append(common).append(" more");
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            append(suppressed, indent + "    ", "Suppressed: ", frames);
        }
        if (failure.getCause() != null) {
            append(failure.getCause(), indent, "Caused by: ", frames);
        }
    }

    /** The message of a foreign exception may itself fail. */
    private static String describe(Throwable failure) {
        try {
            return failure.toString();
        } catch (RuntimeException e) {
            return failure.getClass().getName();
        }
    }

    private static int common(StackTraceElement[] frames, StackTraceElement[] enclosing) {
        int common = 0;
        while (common < frames.length
                && common < enclosing.length
                && frames[frames.length - 1 - common].equals(
                        enclosing[enclosing.length - 1 - common])) {
            common++;
        }
        return common;
    }
}

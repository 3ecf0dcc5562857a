package dev.glia.log.internal;

import org.slf4j.helpers.MessageFormatter;

/**
 * Puts arguments where a pattern says {@code {}}, as SLF4J does, into a buffer that is there
 * already.
 */
final class Patterns {
    private Patterns() {}

    /** Writes a pattern with one argument. */
    static void append(StringBuilder out, String pattern, Object argument) {
        append(out, pattern, argument, null, 1);
    }

    /** Writes a pattern with two arguments. */
    static void append(StringBuilder out, String pattern, Object first, Object second) {
        append(out, pattern, first, second, 2);
    }

    private static void append(
            StringBuilder out, String pattern, Object first, Object second, int count) {
        if (pattern == null || pattern.indexOf('\\') >= 0) {
            out.append(
                    MessageFormatter.basicArrayFormat(
                            pattern,
                            count == 1 ? new Object[] {first} : new Object[] {first, second}));
            return;
        }
        int from = 0;
        for (int i = 0; i < count; i++) {
            int at = pattern.indexOf("{}", from);
            if (at < 0) {
                break;
            }
            out.append(pattern, from, at);
            argument(out, i == 0 ? first : second);
            from = at + 2;
        }
        out.append(pattern, from, pattern.length());
    }

    private static void argument(StringBuilder out, Object argument) {
        switch (argument) {
            case null -> out.append("null");
            case String text -> out.append(text);
            case Integer number -> out.append(number.intValue());
            case Long number -> out.append(number.longValue());
            default -> foreign(out, argument);
        }
    }

    /** Foreign code: SLF4J knows arrays, and whatever else is thrown here must not get out. */
    private static void foreign(StringBuilder out, Object argument) {
        if (argument.getClass().isArray()) {
            out.append(MessageFormatter.basicArrayFormat("{}", new Object[] {argument}));
            return;
        }
        try {
            out.append(argument);
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            out.append("[FAILED toString()]");
        }
    }
}

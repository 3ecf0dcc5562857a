package dev.glia.log.internal;

/**
 * Makes text that nobody vouches for safe to write: it can neither fake a record nor steer a
 * terminal, nor show itself in another order, nor fill a log alone. What is safe stays as it is, so
 * that it may be done twice.
 */
final class Escapes {
    /** The rest of a longer text is counted. */
    private static final int LONGEST = 16_384;

    /** As much is not worth cutting; what is put in its place is shorter. */
    private static final int TAIL = 64;

    private Escapes() {}

    /**
     * {@return the text with everything that is not to be seen written as escape sequences, and cut
     * where it is too long}
     */
    static String escape(String text) {
        if (text == null) {
            return "null";
        }
        if (text.length() > LONGEST + TAIL) {
            return escapeFrom(text, 0);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return escapeFrom(text, i);
            }
        }
        return text;
    }

    private static boolean isUnsafe(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }

    private static String escapeFrom(String text, int first) {
        var out = new StringBuilder(Math.min(text.length(), LONGEST) + TAIL).append(text, 0, first);
        int c;
        for (int i = first; i < text.length(); i += Character.charCount(c)) {
            if (out.length() >= LONGEST && text.length() - i > TAIL) {
                return out.append("... [")
                        .append(text.length() - i)
                        .append(" more characters]")
                        .toString();
            }
            c = text.codePointAt(i);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (!isUnsafe(c)) {
                        out.appendCodePoint(c);
                    } else if (c <= 0xff) {
                        hex(out.append("\\x"), c, 2);
                    } else {
                        for (char each : Character.toChars(c)) {
                            hex(out.append("\\u"), each, 4);
                        }
                    }
                }
            }
        }
        return out.toString();
    }

    private static void hex(StringBuilder out, int value, int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            out.append(Character.forDigit(value >> shift & 15, 16));
        }
    }
}

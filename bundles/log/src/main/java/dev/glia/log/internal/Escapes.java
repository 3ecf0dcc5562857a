package dev.glia.log.internal;

/**
 * Makes text that nobody vouches for safe to write: it can neither fake a record nor steer a
 * terminal.
 */
final class Escapes {
    private Escapes() {}

    /**
     * {@return the text with control characters and line separators written as escape sequences}
     */
    static String escape(String text) {
        if (text == null) {
            return "null";
        }
        for (int i = 0; i < text.length(); i++) {
            if (isUnsafe(text.charAt(i))) {
                return escapeFrom(text, i);
            }
        }
        return text;
    }

    private static boolean isUnsafe(char c) {
        return c < ' ' || c >= 0x7f && c <= 0x9f || c == '\u2028' || c == '\u2029';
    }

    private static String escapeFrom(String text, int first) {
        var out = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (!isUnsafe(c)) {
                        out.append(c);
                    } else if (c <= 0xff) {
                        out.append("\\x")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append("\\u").append(Integer.toHexString(c));
                    }
                }
            }
        }
        return out.toString();
    }
}

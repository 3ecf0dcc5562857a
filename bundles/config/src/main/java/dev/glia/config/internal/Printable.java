package dev.glia.config.internal;

/** Makes text that nobody vouches for fit to print. */
final class Printable {
    private static final int LONGEST = 256;

    private Printable() {}

    /** {@return the text with control characters escaped and cut to a readable length} */
    static String of(String text) {
        var out = new StringBuilder(Math.min(text.length(), LONGEST) + 8);
        for (int i = 0; i < text.length(); i++) {
            if (out.length() >= LONGEST) {
                return out.append("...").toString();
            }
            char c = text.charAt(i);
            if (Character.isISOControl(c)
                    || Character.getType(c) == Character.FORMAT
                    || Character.isSurrogate(c)) {
                out.append("\\u%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}

package dev.glia.log;

/** Writes a record as one line of JSON. */
final class Json {
    private Json() {}

    static String of(LogRecord record) {
        var out = new StringBuilder(160 + record.message().length());
        text(out.append("{\"time\":"), record.time().toString());
        out.append(",\"pid\":").append(record.pid());
        out.append(",\"tid\":").append(record.tid());
        text(out.append(",\"level\":"), record.level().name());
        text(out.append(",\"component\":"), record.component().name());
        text(out.append(",\"function\":"), record.function());
        text(out.append(",\"message\":"), record.message());
        return out.append('}').toString();
    }

    private static void text(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                default -> {
                    if (c < ' ' || Character.isSurrogate(c) && !isPaired(text, i)) {
                        out.append("\\u").repeat('0', c < 0x10 ? 3 : c < 0x100 ? 2 : 0);
                        out.append(Integer.toHexString(c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isPaired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}

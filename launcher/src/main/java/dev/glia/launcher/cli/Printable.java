package dev.glia.launcher.cli;

/** Text of files and other processes as a terminal may see it. */
final class Printable {
    private Printable() {}

    /** The text without what a terminal could take as a command. */
    static String text(String untrusted) {
        StringBuilder clean = new StringBuilder();
        untrusted
                .codePoints()
                .forEach(
                        c -> {
                            if (isCommand(c)) {
                                clean.append("\\u%04x".formatted(c));
                            } else {
                                clean.appendCodePoint(c);
                            }
                        });
        return clean.toString();
    }

    private static boolean isCommand(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    true;
            default -> false;
        };
    }
}

package dev.glia.launcher.cli;

/** Text of a NEFF as a terminal may see it. */
final class Printable {
    private Printable() {}

    /** The text without what a terminal could take as a command. */
    static String text(String untrusted) {
        StringBuilder clean = new StringBuilder();
        untrusted
                .codePoints()
                .forEach(
                        c -> {
                            if (Character.isISOControl(c)
                                    || Character.getType(c) == Character.FORMAT) {
                                clean.append("\\u%04x".formatted(c));
                            } else {
                                clean.appendCodePoint(c);
                            }
                        });
        return clean.toString();
    }
}

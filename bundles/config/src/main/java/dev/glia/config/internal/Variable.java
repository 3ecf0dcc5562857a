package dev.glia.config.internal;

import java.util.function.Function;

/**
 * One variable: what it is for and how its text becomes a value.
 *
 * @param <T> the type of the value
 * @param name its name
 * @param fallback what holds without it, for people to read
 * @param meaning one sentence that says what it is for
 * @param accepted what it accepts, for the message of a refusal
 * @param example a value it accepts
 * @param parser makes a value of a text that is not blank; throws IllegalArgumentException saying
 *     what is wrong with it
 */
record Variable<T>(
        String name,
        String fallback,
        String meaning,
        String accepted,
        String example,
        Function<String, T> parser) {

    /**
     * {@return the value of a text}
     *
     * @throws IllegalArgumentException when it is not accepted; the message says what is wrong
     */
    T parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("it is set but empty (unset it for the default)");
        }
        if (isQuoted(text)) {
            throw new IllegalArgumentException(
                    "the quotation marks are a part of the value (docker --env-file keeps them);"
                            + " leave them out");
        }
        return parser.apply(text);
    }

    private static boolean isQuoted(String text) {
        char first = text.charAt(0);
        return text.length() > 1
                && (first == '"' || first == '\'')
                && text.charAt(text.length() - 1) == first;
    }

    /**
     * {@return the refusal of a value: the variable, the value, what is wrong, what is accepted, an
     * example}
     */
    String refusal(String text, String wrong) {
        return "%s=\"%s\": %s. Accepted: %s. Example: %s=%s."
                .formatted(
                        name,
                        Printable.of(text).replace("\"", "\\\""),
                        Printable.of(wrong),
                        accepted,
                        name,
                        example);
    }
}

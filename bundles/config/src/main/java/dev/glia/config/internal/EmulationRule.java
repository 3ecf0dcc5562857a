package dev.glia.config.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The words of one rule.
 *
 * @param number its place among the rules, from 1
 * @param first the first word, which says what happens
 * @param options the others by name
 */
record EmulationRule(int number, String first, Map<String, String> options) {

    /**
     * Takes a rule apart.
     *
     * @param number its place among the rules, from 1
     * @param text the rule
     * @param known the options it may have
     */
    static EmulationRule of(int number, String text, Set<String> known) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("rule " + number + " is empty");
        }
        String[] words = text.strip().split("\\s+");
        var options = new HashMap<String, String>();
        for (int i = 1; i < words.length; i++) {
            String place = "rule " + number + ", word " + (i + 1) + " \"" + words[i] + "\": ";
            int equals = words[i].indexOf('=');
            String name = equals < 0 ? words[i] : words[i].substring(0, equals);
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        place + "there is no such option; known are " + new TreeSet<>(known));
            }
            if (equals < 0 || equals == words[i].length() - 1) {
                throw new IllegalArgumentException(place + "it has no value");
            }
            if (options.put(name, words[i].substring(equals + 1)) != null) {
                throw new IllegalArgumentException(place + "it is there already");
            }
        }
        return new EmulationRule(number, words[0], options);
    }

    /** {@return the meaning of the first word} */
    <T> T what(Function<String, T> parser) {
        try {
            return parser.apply(first);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "rule " + number + ", \"" + first + "\": " + wrong.getMessage(), wrong);
        }
    }

    boolean has(String option) {
        return options.containsKey(option);
    }

    /** {@return the meaning of an option} */
    <T> T option(String name, T fallback, Function<String, T> parser) {
        String value = options.get(name);
        if (value == null) {
            return fallback;
        }
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException wrong) {
            throw wrong(name, wrong.getMessage());
        }
    }

    IllegalArgumentException wrong(String option, String why) {
        return new IllegalArgumentException(
                "rule " + number + ", \"" + option + "=" + options.get(option) + "\": " + why);
    }
}

package dev.glia.neff.internal;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * How compilers call the architectures. A target without another name is the name of its
 * architecture.
 */
final class Target {
    private static final Map<String, String> ARCHITECTURES =
            Map.of("sunda", "trn1", "cayman", "trn2");
    private static final Pattern VALID =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (Bounds.TARGET - 1) + "}");

    /** What a target looks like, for messages. */
    static final String ACCEPTED =
            "1 to " + Bounds.TARGET + " letters, digits, dots, dashes and underscores";

    private Target() {}

    static boolean isValid(String target) {
        return VALID.matcher(target).matches();
    }

    static String architecture(String target) {
        return ARCHITECTURES.getOrDefault(target, target);
    }

    static String of(String architecture) {
        return ARCHITECTURES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(architecture))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(architecture);
    }
}

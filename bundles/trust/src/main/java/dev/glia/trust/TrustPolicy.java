package dev.glia.trust;

import java.util.Locale;

/** Which bundles get in, beside those that the feature pins. */
public enum TrustPolicy {
    /** Every one that the user names. */
    ANY,
    /** Those whose SHA-256 the user states with their name. */
    PINNED,
    /** Those who are signed by somebody whom the trust store knows. */
    SIGNED;

    /** The variable, and framework property, that chooses the policy. */
    public static final String VARIABLE = "GLIA_BUNDLE_TRUST";

    /**
     * {@return the policy that a value of the variable names}
     *
     * @param value the value
     * @throws IllegalArgumentException when it names none, with what is accepted
     */
    public static TrustPolicy of(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "any" -> ANY;
            case "pinned" -> PINNED;
            case "signed" -> SIGNED;
            default ->
                    throw new IllegalArgumentException(
                            VARIABLE + "=" + value + " is not accepted: use pinned, signed or any");
        };
    }
}

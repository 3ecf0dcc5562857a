package dev.glia.trust;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Decides about one bundle file after the other. What it checks are the bytes that are then
 * installed: whoever installs a bundle reads it once, asks, and installs from the same array.
 *
 * <p>What ships is known by the pins of the feature and gets in under every policy. Every other
 * file must be a sound archive and keep to the rules for bundles of others, and then the policy
 * decides. Immutable, thread-safe.
 */
public final class BundleGate {
    /**
     * The framework property with the pins of what ships, {@code SHA-256;HEX} with commas between;
     * the launcher sets it.
     */
    public static final String SHIPPED = "dev.glia.bundle.pins";

    /** The settings that a gate reads, beside {@link #SHIPPED}. */
    public static final Set<String> SETTINGS =
            Set.of(TrustPolicy.VARIABLE, TrustStore.VARIABLE, TrustStore.PASSWORD);

    private static final String PREFIX = "SHA-256;";

    private final TrustPolicy policy;
    private final Set<String> shipped;
    private final Path store;
    private final String password;

    private BundleGate(TrustPolicy policy, Set<String> shipped, Path store, String password) {
        this.policy = policy;
        this.shipped = shipped;
        this.store = store;
        this.password = password;
    }

    /**
     * {@return the gate that the settings ask for, {@link TrustPolicy#PINNED} when they do not say}
     *
     * @param settings gives the value of a setting by its name, or null: in a bundle {@code
     *     BundleContext::getProperty}
     * @throws IllegalArgumentException when a setting is not accepted
     */
    public static BundleGate of(Function<String, String> settings) {
        TrustPolicy policy =
                setting(settings, TrustPolicy.VARIABLE)
                        .map(TrustPolicy::of)
                        .orElse(TrustPolicy.PINNED);
        Optional<Path> store = setting(settings, TrustStore.VARIABLE).map(Path::of);
        if (policy == TrustPolicy.SIGNED && store.isEmpty()) {
            throw new IllegalArgumentException(
                    TrustPolicy.VARIABLE
                            + "=signed needs "
                            + TrustStore.VARIABLE
                            + ": a PKCS12 or JKS file, or a folder of PEM certificates, with those"
                            + " whose bundles get in");
        }
        Set<String> shipped =
                Arrays.stream(setting(settings, SHIPPED).orElse("").split(","))
                        .map(BundleGate::normal)
                        .collect(Collectors.toUnmodifiableSet());
        return new BundleGate(
                policy,
                shipped,
                store.orElse(null),
                setting(settings, TrustStore.PASSWORD).orElse(TrustStore.DEFAULT_PASSWORD));
    }

    private static Optional<String> setting(Function<String, String> settings, String name) {
        return Optional.ofNullable(settings.apply(name)).filter(value -> !value.isBlank());
    }

    /** {@return what decides about bundles that do not ship} */
    public TrustPolicy policy() {
        return policy;
    }

    /**
     * Refuses a bundle that may not get in.
     *
     * @param file how messages call it
     * @param jar its bytes, which are those that the caller then installs
     * @param pin the digest that the user states, {@code SHA-256;HEX}
     * @throws SecurityException with what was found, what is accepted, and what to do
     * @throws IllegalArgumentException when the trust store cannot be used
     */
    public void check(String file, byte[] jar, Optional<String> pin) {
        String found = digest(jar);
        if (pin.isPresent() && !normal(pin.get()).equals(normal(found))) {
            throw new SecurityException(
                    "bundle "
                            + file
                            + " is not the file that was pinned: expected "
                            + pin.get()
                            + ", found "
                            + found
                            + "; pin it anew if it was changed on purpose");
        }
        if (shipped.contains(normal(found))) {
            return;
        }
        try {
            Archive archive = Archive.of(jar);
            BundleRules.check(archive);
            if (policy == TrustPolicy.SIGNED) {
                new JarSignature(archive, jar).check(TrustStore.read(store, password));
            }
        } catch (Refusal refusal) {
            throw new SecurityException(
                    "bundle " + file + " is refused: " + refusal.getMessage(), refusal);
        }
        if (policy == TrustPolicy.PINNED && pin.isEmpty()) {
            throw new SecurityException(
                    "bundle "
                            + file
                            + " is not pinned; if you trust it as it is now, name it as '"
                            + file
                            + "#"
                            + found
                            + "', or set "
                            + TrustPolicy.VARIABLE
                            + "=any to trust every bundle that is named");
        }
    }

    /**
     * {@return the digest of a jar as pins state it, {@code SHA-256;HEX}}
     *
     * @param jar the bytes
     */
    public static String digest(byte[] jar) {
        try {
            return PREFIX
                    + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jar));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Pins are compared without regard to the case of their letters. */
    private static String normal(String pin) {
        return pin.strip().toLowerCase(Locale.ROOT);
    }
}

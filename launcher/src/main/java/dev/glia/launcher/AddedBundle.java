package dev.glia.launcher;

import dev.glia.trust.BundleGate;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A bundle beside those of the feature, such as the driver of another vendor's device.
 *
 * @param file its jar
 * @param digest the SHA-256 it must have, as features state it
 */
record AddedBundle(Path file, Optional<String> digest) {

    /** The variable that names such bundles. */
    static final String VARIABLE = "GLIA_BUNDLES";

    private static final Pattern PINNED = Pattern.compile("(.+)#(SHA-256;\\p{XDigit}{64})");

    /** Reads {@code FILE.jar} or {@code FILE.jar#SHA-256;HEX}. */
    static AddedBundle of(String text) {
        Matcher pinned = PINNED.matcher(text.strip());
        return pinned.matches()
                ? new AddedBundle(Path.of(pinned.group(1)), Optional.of(pinned.group(2)))
                : new AddedBundle(Path.of(text.strip()), Optional.empty());
    }

    /**
     * Reads the variable: bundles as above and folders of them, with the separator of paths between
     * them.
     */
    static List<AddedBundle> list(String value) throws IOException {
        var bundles = new ArrayList<AddedBundle>();
        for (String item : value.split(Pattern.quote(File.pathSeparator))) {
            if (!item.isBlank()) {
                AddedBundle bundle = of(item);
                bundles.addAll(
                        Files.isDirectory(bundle.file()) ? in(bundle.file()) : List.of(bundle));
            }
        }
        return List.copyOf(bundles);
    }

    private static List<AddedBundle> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .map(file -> new AddedBundle(file, Optional.empty()))
                    .toList();
        }
    }

    /**
     * {@return the bytes of the jar, once the policy lets them in; what is checked is installed}
     */
    byte[] read(BundleGate gate) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "there is no bundle " + file + "; name its jar with --bundle or " + VARIABLE);
        }
        byte[] jar = Files.readAllBytes(file);
        gate.check(file.toString(), jar, digest);
        return jar;
    }
}

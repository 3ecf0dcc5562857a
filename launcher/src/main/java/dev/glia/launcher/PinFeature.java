package dev.glia.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The last step of the build: copies the features into the distribution with the SHA-256 of each of
 * their bundles, and fails when they and the bundles folder differ.
 */
final class PinFeature {

    private PinFeature() {}

    /**
     * {@return nothing}
     *
     * @param args the folder with the bundles, then each feature file and the file to write for it
     */
    public static void main(String[] args) throws IOException {
        Map<Path, Path> features = new LinkedHashMap<>();
        for (int i = 1; i < args.length; i += 2) {
            features.put(Path.of(args[i]), Path.of(args[i + 1]));
        }
        write(Path.of(args[0]), features);
    }

    /** Pins each feature, and refuses bundles that none of them names. */
    static void write(Path bundles, Map<Path, Path> features) throws IOException {
        TreeSet<String> unnamed;
        try (Stream<Path> files = Files.list(bundles)) {
            unnamed =
                    files.map(file -> file.getFileName().toString())
                            .collect(Collectors.toCollection(TreeSet::new));
        }
        Set<String> present = Set.copyOf(unnamed);
        Map<Path, String> pinned = new LinkedHashMap<>();
        for (Path source : features.keySet()) {
            Feature feature = Feature.read(source);
            feature.bundles().forEach(bundle -> unnamed.remove(bundle.fileName()));
            pinned.put(source, pinned(source, feature, bundles, present));
        }
        if (!unnamed.isEmpty()) {
            throw new IOException(
                    bundles
                            + " has "
                            + unnamed
                            + ", which "
                            + features.keySet().stream()
                                    .map(Path::toString)
                                    .collect(Collectors.joining(" and "))
                            + " does not name");
        }
        for (var feature : pinned.entrySet()) {
            Path target = features.get(feature.getKey());
            Files.createDirectories(target.getParent());
            Files.writeString(target, feature.getValue());
        }
    }

    private static String pinned(Path source, Feature feature, Path bundles, Set<String> present)
            throws IOException {
        String json = Files.readString(source);
        for (Feature.Entry bundle : feature.bundles()) {
            if (!present.contains(bundle.fileName())) {
                throw new IOException(
                        source
                                + " names "
                                + bundle.id()
                                + ", but "
                                + bundles
                                + " has no "
                                + bundle.fileName()
                                + "; add it to the pom of the features");
            }
            String id = "\"id\": \"" + bundle.id() + "\"";
            if (!json.contains(id)) {
                throw new IOException(source + " should write " + id + " on one line");
            }
            String digest = BundleTrust.digest(bundles.resolve(bundle.fileName()));
            json = json.replace(id, id + ", \"" + Feature.DIGEST + "\": \"" + digest + "\"");
        }
        return json;
    }
}

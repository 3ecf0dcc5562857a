package dev.glia.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The last step of the build: copies a feature into the distribution with the SHA-256 of each of
 * its bundles, and fails when the feature and the bundles folder differ.
 */
final class PinFeature {

    private PinFeature() {}

    /**
     * {@return nothing}
     *
     * @param args the feature file, the folder with its bundles, the file to write
     */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
    }

    static void write(Path source, Path bundles, Path target) throws IOException {
        Feature feature = Feature.read(source);
        TreeSet<String> present;
        try (Stream<Path> files = Files.list(bundles)) {
            present =
                    files.map(file -> file.getFileName().toString())
                            .collect(Collectors.toCollection(TreeSet::new));
        }
        String json = Files.readString(source);
        for (Feature.Entry bundle : feature.bundles()) {
            if (!present.remove(bundle.fileName())) {
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
        if (!present.isEmpty()) {
            throw new IOException(
                    bundles + " has " + present + ", which " + source + " does not name");
        }
        Files.createDirectories(target.getParent());
        Files.writeString(target, json);
    }
}

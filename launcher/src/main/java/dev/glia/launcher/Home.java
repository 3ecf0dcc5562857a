package dev.glia.launcher;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of a distribution: {@code lib/} with the launcher, {@code bundles/}, and {@code
 * features/}.
 *
 * @param folder the folder
 */
record Home(Path folder) {

    /** System property: the folder of the distribution, for a launcher that is not in it. */
    static final String PROPERTY = "glia.home";

    /**
     * The distribution that the caller, the system property or the place of the launcher's jar
     * names.
     */
    static Home find(Path chosen) {
        if (chosen != null) {
            return new Home(chosen.toAbsolutePath());
        }
        String property = System.getProperty(PROPERTY);
        if (property != null) {
            return new Home(Path.of(property).toAbsolutePath());
        }
        Path lib = code().getParent();
        if (lib == null
                || lib.getParent() == null
                || !Files.isDirectory(lib.getParent().resolve("features"))) {
            throw new IllegalStateException(
                    "no Glia distribution around "
                            + code()
                            + "; name its folder (the one with"
                            + " lib, bundles and features) with -D"
                            + PROPERTY
                            + "=FOLDER or Glia.builder().home(folder)");
        }
        return new Home(lib.getParent());
    }

    private static Path code() {
        try {
            CodeSource source = Home.class.getProtectionDomain().getCodeSource();
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("the launcher has no place on disk", impossible);
        }
    }

    Path feature(String name) {
        if (!name.matches("[A-Za-z0-9_.-]+")) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of a feature");
        }
        Path file = folder.resolve("features").resolve(name + ".json");
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException(
                    "no feature " + name + ": " + file + " is not there; there are " + features());
        }
        return file;
    }

    Path bundle(Feature.Entry entry) {
        Path file = folder.resolve("bundles").resolve(entry.fileName());
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException(
                    "bundle "
                            + entry.id()
                            + " is missing: there is no "
                            + file
                            + "; build the distribution again");
        }
        return file;
    }

    private List<String> features() {
        List<String> names = new ArrayList<>();
        try (var files = Files.newDirectoryStream(folder.resolve("features"), "*.json")) {
            files.forEach(
                    file -> names.add(file.getFileName().toString().replaceFirst("\\.json$", "")));
        } catch (java.io.IOException none) {
            return List.of();
        }
        return names;
    }
}

package dev.glia.launcher;

import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
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
public record Home(Path folder) {

    /** System property: the folder of the distribution, for a launcher that is not in it. */
    static final String PROPERTY = "glia.home";

    /**
     * The distribution that the caller, the system property or the place of the launcher's jar
     * names.
     *
     * @param chosen what the caller names, or {@code null}
     * @return the distribution
     */
    public static Home find(Path chosen) {
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
            throw homeless("there is no Glia distribution around " + code(), null);
        }
        return new Home(lib.getParent());
    }

    /** Classes from an archive of the JVM have no place, or that of the day it was made. */
    private static Path code() {
        CodeSource source = Home.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            throw homeless("the launcher's classes do not say which file they are from", null);
        }
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException no) {
            throw homeless(source.getLocation() + " is no file", no);
        }
    }

    private static IllegalStateException homeless(String found, Exception cause) {
        return new IllegalStateException(
                found
                        + "; name the folder of the Glia distribution (the one with lib, bundles and"
                        + " features) with -D"
                        + PROPERTY
                        + "=FOLDER or Glia.builder().home(folder)",
                cause);
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

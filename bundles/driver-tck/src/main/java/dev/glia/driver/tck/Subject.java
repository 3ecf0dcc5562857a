package dev.glia.driver.tck;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarInputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;

/**
 * The packaged driver, read as a file.
 *
 * @param file the jar
 * @param bytes its bytes
 * @param headers the main section of its manifest
 * @param entries the names of what is in it
 */
record Subject(Path file, byte[] bytes, Attributes headers, List<String> entries) {
    private static final Pattern CLAUSES = Pattern.compile(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");
    private static final Pattern ARCHITECTURE =
            Pattern.compile("architecture(?::String)?=\"?([^\";,]+)\"?");

    static Subject of(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            try (var jar = new JarInputStream(new ByteArrayInputStream(bytes), false)) {
                Manifest manifest = jar.getManifest();
                if (manifest == null) {
                    throw new IllegalArgumentException(
                            file + " is no bundle: it has no manifest; package the driver first");
                }
                var entries = new ArrayList<String>();
                for (ZipEntry entry = jar.getNextEntry();
                        entry != null;
                        entry = jar.getNextEntry()) {
                    entries.add(entry.getName());
                }
                return new Subject(file, bytes, manifest.getMainAttributes(), List.copyOf(entries));
            }
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    file + " cannot be read (" + unreadable + "); name the jar of a driver",
                    unreadable);
        }
    }

    /** {@return the symbolic name and the version} */
    String name() {
        return header("Bundle-SymbolicName").split(";")[0] + " " + header("Bundle-Version");
    }

    /** {@return a header, empty when there is none} */
    String header(String name) {
        return Optional.ofNullable(headers.getValue(name)).orElse("");
    }

    /** {@return the clauses of a header: commas within quotes do not separate} */
    List<String> clauses(String name) {
        return header(name).isBlank()
                ? List.of()
                : CLAUSES.splitAsStream(header(name)).map(String::strip).toList();
    }

    /** {@return the architectures of the capabilities of drivers that it provides} */
    List<String> architectures() {
        return clauses("Provide-Capability").stream()
                .filter(
                        clause ->
                                clause.startsWith("dev.glia.driver;")
                                        || clause.equals("dev.glia.driver"))
                .map(
                        clause -> {
                            Matcher name = ARCHITECTURE.matcher(clause);
                            return name.find() ? name.group(1) : "";
                        })
                .toList();
    }
}

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks ({@code check}) or mends ({@code apply}) the layout of all Java files below the current
 * folder.
 *
 * <p>The build runs this on the JDK of the project: the formatter reads Java with the compiler of
 * the JVM it runs on, and Maven itself may run on an older one.
 */
final class Format {

    private static final Formatter FORMATTER =
            new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());

    private Format() {}

    public static void main(String[] args) throws Exception {
        boolean apply = args.length > 0 && args[0].equals("apply");
        List<Path> changed = new ArrayList<>();
        for (Path file : javaFiles()) {
            String source = Files.readString(file);
            String formatted = format(file, source);
            if (!formatted.equals(source)) {
                changed.add(file);
                if (apply) {
                    Files.writeString(file, formatted);
                }
            }
        }
        changed.forEach(
                file -> System.err.println((apply ? "formatted " : "not formatted: ") + file));
        if (!apply && !changed.isEmpty()) {
            System.err.println("Run ./mvnw -N -Pformat validate to format them.");
            System.exit(1);
        }
    }

    private static List<Path> javaFiles() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(""))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("target/"))
                    // Templates, whose variables are no Java.
                    .filter(file -> !file.toString().contains("archetype-resources/"))
                    .sorted()
                    .toList();
        }
    }

    private static String format(Path file, String source) throws IOException {
        try {
            String imports = RemoveUnusedImports.removeUnusedImports(source);
            return FORMATTER.formatSource(ImportOrderer.reorderImports(imports, Style.AOSP));
        } catch (FormatterException failure) {
            throw new IOException(file + ": " + failure.getMessage(), failure);
        }
    }
}

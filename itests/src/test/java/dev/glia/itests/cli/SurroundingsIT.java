package dev.glia.itests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.driver.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where and how Glia is started: from which folder, in which locale, by which kind of program. */
class SurroundingsIT {
    private static final Path DISTRIBUTION = GliaProcess.ROOT.resolve("features/target/glia");

    @TempDir static Path folder;

    @ParameterizedTest
    @CsvSource({"'', 0", "mistake, 1"})
    void aProgramThatDoesNotCloseEndsAndItsCoresAreFree(String argument, int exit) {
        var program =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                // The framework of an application starts whatever digits its locale
                                // has.
                                "-Duser.language=fa",
                                "-Duser.country=IR",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                DISTRIBUTION.resolve("lib")
                                        + "/*:"
                                        + GliaProcess.ROOT.resolve("itests/target/test-classes"),
                                Forgetful.class.getName()));
        if (!argument.isEmpty()) {
            program.add(argument);
        }
        Program ended =
                Program.run(
                        folder,
                        Map.of("GLIA_STATE_DIR", folder.resolve("state").toString()),
                        program);

        assertThat(ended.exit()).as("%s%s", ended.out(), ended.err()).isEqualTo(exit);
        assertThat(ended.out()).contains("owns cores");
        GliaProcess next = GliaProcess.start(folder, Map.of(), "hold", "--for", "0").await();
        assertThat(next.exit()).as("%s", next).isZero();
    }

    /** The archive of classes remembers the place where it was made; nothing else may. */
    @Test
    void aCopiedOrMovedCheckoutRunsItsOwnBundles() throws IOException {
        Path first = folder.resolve("first é");
        copy(first);
        assertThat(list(first).exit()).isZero();

        Path second = folder.resolve("second");
        Program.run(folder, Map.of(), List.of("cp", "-a", first.toString(), second.toString()))
                .succeeded();
        Files.writeString(first.resolve("features/target/glia/features/core.json"), "not JSON");
        GliaProcess copied = list(second);
        assertThat(copied.exit()).as("%s", copied).isZero();

        Path third = Files.move(second, folder.resolve("third"));
        GliaProcess moved = list(third);
        assertThat(moved.exit()).as("%s", moved).isZero();
    }

    @ParameterizedTest
    @CsvSource({"fa, IR", "tr, TR", "de, DE"})
    void everyLocaleGetsTheSameText(String language, String country) {
        var options = "-Duser.language=%s -Duser.country=%s".formatted(language, country);
        GliaProcess plain = run(Map.of("LC_ALL", "C"));
        GliaProcess local = run(Map.of("GLIA_JAVA_OPTS", options));

        assertThat(local.exit()).as("%s", local).isZero();
        assertThat(withoutTimes(local)).isEqualTo(withoutTimes(plain));
    }

    private static GliaProcess run(Map<String, String> environment) {
        return GliaProcess.start(folder, environment, "run", "--output", "edges=e.npy").await();
    }

    private static String withoutTimes(GliaProcess run) {
        return (run.out() + run.err()).replaceAll("[0-9.]+ (ms|s)\\b", "T");
    }

    private static GliaProcess list(Path checkout) {
        return GliaProcess.start(
                        checkout.resolve("glia"), folder, Map.of("LC_ALL", "C"), "ls", "--json")
                .await();
    }

    private static void copy(Path checkout) throws IOException {
        Path target = Files.createDirectories(checkout.resolve("features/target"));
        Files.copy(GliaProcess.SCRIPT, checkout.resolve("glia"));
        Program.run(
                        folder,
                        Map.of(),
                        List.of("cp", "-a", DISTRIBUTION.toString(), target.toString()))
                .succeeded();
    }
}

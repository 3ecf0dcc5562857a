package dev.glia.itests.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.glia.itests.container.Await;
import dev.glia.itests.driver.DriverFiles;
import dev.glia.itests.driver.Program;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code glia shell}: its commands, its completion, and the folder for bundles. */
class ShellIT {
    private static final String GLIA = DriverFiles.ROOT.resolve("glia").toString();
    private static final Path SCRIPT = Path.of("/usr/bin/script");

    private static final Pattern SERVING =
            Pattern.compile("\"role\":\"serving\"[^}]*\"service_id\":(\\d+)");

    @TempDir Path folder;

    @Test
    void aScriptSwapsAndShows() throws Exception {
        Path jar = DriverJars.version(folder, "0.2.0");
        try (Session shell = new Session(GLIA, "shell", "--instance", "trn1.2xlarge")) {
            shell.type("neuron:cores\n");
            shell.await("CORE");
            shell.type("neuron:swap " + jar.getFileName() + "\n");
            shell.await("0.2.0 took the place of " + DriverJars.SHIPPED + " 0.1.0 for trn1 in ");
            shell.type("neuron:drivers\n");
            shell.await("neuron:rollback trn1 brings " + DriverJars.SHIPPED + " 0.1.0 back");
            shell.type("neuron:rollback\n");
            shell.await("0.1.0 took the place of " + DriverJars.SHIPPED + " 0.2.0 for trn1 in ");
            shell.type("neuron:models\n");
            shell.await("INPUTS");
            shell.type("neuron:log NRT info\nneuron:log NRT loud\n");
            assertThat(shell.exit()).isEqualTo(2);
            assertThat(shell.err()).contains("loud is no level; there are QUIET, ERROR");
        }
    }

    @Test
    void whatIsDroppedTakesOverAndWhatIsTakenOutGivesBack() throws Exception {
        Path drop = folder.resolve("drop");
        try (Session shell =
                new Session(
                        GLIA, "shell", "--instance", "trn1.2xlarge", "--drop", drop.toString())) {
            Await.until(shell::toString, () -> serves("0.1.0"));

            Path driver = drop(drop, DriverJars.version(folder, "0.2.0"));
            Await.until(shell::toString, () -> serves("0.2.0"));
            drop(drop, Files.writeString(folder.resolve("bad.jar"), "no jar"));
            Await.until(shell::toString, () -> shell.err().contains("bad.jar is not taken in: "));
            drop(drop, DriverJars.throwing(folder));
            Await.until(shell::toString, () -> shell.err().contains("no firmware"));
            assertThat(serves("0.2.0")).isTrue();

            // Another build of the same version takes over as well: that is what developers do.
            String first = serving();
            replace(driver, DriverJars.version(folder, "0.2.0"));
            Await.until(shell::toString, () -> serves("0.2.0") && !serving().equals(first));
            Files.delete(driver);
            Await.until(shell::toString, () -> serves("0.1.0"));
        }
    }

    @Test
    void theTerminalCompletes() throws Exception {
        assumeTrue(Files.isExecutable(SCRIPT), "there is no program that makes a terminal");
        String command = "stty cols 120 rows 40; exec '" + GLIA + "' shell --instance trn1.2xlarge";
        try (Session shell =
                new Session(SCRIPT.toString(), "-qfec", command, folder + "/typescript")) {
            shell.await("glia> ");
            shell.type("neuron:rollb\t");
            shell.await("neuron:rollback");
            shell.type("\u0015neuron:log DEB\t");
            shell.await("DEBUG");
            shell.type("\u0015neuron:dr\t\r");
            shell.await("dev.glia.driver-trn1 0.1.0  serving");
            shell.type("\u0004");
            shell.await("stopping framework");
            assertThat(shell.exit()).isZero();
        }
    }

    private static Path drop(Path drop, Path jar) throws IOException {
        return replace(drop.resolve(jar.getFileName()), jar);
    }

    /** Appears at once and whole, as a build should put it there. */
    private static Path replace(Path place, Path jar) throws IOException {
        Path part = place.resolveSibling(place.getFileName() + ".part");
        Files.copy(jar, part, StandardCopyOption.REPLACE_EXISTING);
        return Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
    }

    private boolean serves(String version) {
        return drivers()
                .lines()
                .anyMatch(
                        line ->
                                line.matches(
                                        "trn1 +"
                                                + DriverJars.SHIPPED
                                                + " "
                                                + version
                                                + " +serving .*"));
    }

    /** {@return the service that serves} */
    private String serving() {
        String json = Program.run(folder, environment(), List.of(GLIA, "drivers", "--json")).out();
        Matcher driver = SERVING.matcher(json);
        return driver.find() ? driver.group(1) : "";
    }

    private String drivers() {
        return Program.run(folder, environment(), List.of(GLIA, "drivers")).out();
    }

    private Map<String, String> environment() {
        return Map.of("GLIA_STATE_DIR", folder.resolve("state").toString());
    }

    /** A shell that runs. */
    private final class Session implements AutoCloseable {
        private final List<String> command;
        private final Path out = folder.resolve("shell.out");
        private final Path err = folder.resolve("shell.err");
        private final Process process;

        Session(String... command) throws IOException {
            this.command = new ArrayList<>(List.of(command));
            var builder =
                    new ProcessBuilder(this.command)
                            .directory(folder.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().keySet().removeIf(name -> name.matches("(NEURON|GLIA).*"));
            builder.environment().putAll(environment());
            builder.environment().put("TERM", "xterm");
            builder.environment().put("HOME", folder.toString());
            process = builder.start();
        }

        void type(String keys) throws IOException {
            process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }

        void await(String expected) {
            Await.until(() -> "\"" + expected + "\" in " + this, () -> out().contains(expected));
        }

        int exit() throws IOException, InterruptedException {
            process.getOutputStream().close();
            assertThat(process.waitFor(Await.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as(toString())
                    .isTrue();
            return process.exitValue();
        }

        /** What it printed, without what only a terminal understands. */
        String out() {
            return text(out).replaceAll("\u001b\\[[0-9;?]*[a-zA-Z]|\u001b[=>]|\r", "");
        }

        String err() {
            return text(err);
        }

        private static String text(Path file) {
            try {
                return Files.readString(file, StandardCharsets.ISO_8859_1);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        @Override
        public String toString() {
            return String.join(" ", command) + "\n" + out() + err();
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}

package dev.glia.itests.cli;

import dev.glia.itests.container.Await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One process of the command line, with a state folder of the test and without the variables of its
 * surroundings.
 */
public final class GliaProcess implements AutoCloseable {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Path SCRIPT = ROOT.resolve("glia");

    private final List<String> command;
    private final Path out;
    private final Path err;
    private final Process process;

    private GliaProcess(List<String> command, Path folder, Map<String, String> environment)
            throws IOException {
        this.command = command;
        out = Files.createTempFile(folder, "out", ".txt");
        err = Files.createTempFile(folder, "err", ".txt");
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.matches("(NEURON|GLIA).*"));
        builder.environment().put("GLIA_STATE_DIR", folder.resolve("state").toString());
        builder.environment().put("GLIA_NEFF_TRUST", "any"); // no trial beside each load
        builder.environment().putAll(environment);
        process =
                builder.directory(folder.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
    }

    /**
     * Starts the command line.
     *
     * @param folder its working folder; the state folder lies in it
     * @param environment variables
     * @param arguments what it is asked to do
     */
    public static GliaProcess start(
            Path folder, Map<String, String> environment, String... arguments) {
        return start(SCRIPT, folder, environment, arguments);
    }

    /** Starts the command line through another path to the script. */
    static GliaProcess start(
            Path script, Path folder, Map<String, String> environment, String... arguments) {
        if (!Files.exists(ROOT.resolve("features/target/glia/features/core.json"))) {
            throw new IllegalStateException(
                    "the distribution is not assembled: build the module features first");
        }
        // A shell that runs the build in the background makes its children ignore SIGINT.
        var command = new ArrayList<>(List.of("env", "--default-signal=INT", script.toString()));
        command.addAll(List.of(arguments));
        try {
            return new GliaProcess(command, folder, environment);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Waits for the end. */
    public GliaProcess await() {
        try {
            if (!process.waitFor(3 * Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("does not end: " + this);
            }
            return this;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + this, interrupted);
        }
    }

    /** Waits for a line on standard output. */
    public String awaitLine() {
        Await.until(() -> "a line of " + this, () -> out().contains("\n") || !process.isAlive());
        if (!out().contains("\n")) {
            throw new AssertionError("ended without a line: " + this);
        }
        return out().lines().findFirst().orElseThrow();
    }

    /** Waits for something that it prints to standard output. */
    void awaitOut(java.util.function.Predicate<String> expected) {
        Await.until(
                () -> "the expected output of " + this,
                () -> expected.test(out()) || !process.isAlive());
        if (!expected.test(out())) {
            throw new AssertionError("ended without the expected output: " + this);
        }
    }

    /** {@return whether it has} */
    public boolean hasEnded() {
        return !process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    public int exit() {
        return process.exitValue();
    }

    public String out() {
        return text(out);
    }

    public String err() {
        return text(err);
    }

    /** {@return the last line on standard error} */
    public String lastError() {
        return err().lines().reduce("", (before, line) -> line);
    }

    /** Asks it to end, as {@code kill} does, and waits for it. */
    void terminate() {
        askToEnd();
        await();
    }

    /** Asks it to end, as {@code kill} does. */
    public void askToEnd() {
        process.destroy();
    }

    /** Sends SIGINT, as Ctrl-C does. */
    void interrupt() {
        try {
            new ProcessBuilder("kill", "-INT", String.valueOf(pid())).start().waitFor();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while interrupting " + this, interrupted);
        }
        await();
    }

    /** Ends it as {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return String.join(" ", command)
                + (process.isAlive() ? " (runs)" : " (exit code " + exit() + ")")
                + "\n"
                + out()
                + err();
    }
}

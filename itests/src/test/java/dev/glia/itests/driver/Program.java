package dev.glia.itests.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that ran to its end, without the variables of its surroundings.
 *
 * @param exit its exit code
 * @param out what it printed to standard output
 * @param err what it printed to standard error
 */
public record Program(int exit, String out, String err) {
    private static final long LIMIT_MINUTES = 10;

    /**
     * Runs a program.
     *
     * @param folder its working folder
     * @param environment variables
     * @param command the program and its arguments
     */
    public static Program run(Path folder, Map<String, String> environment, List<String> command) {
        try {
            Path out = Files.createTempFile(folder, "out", ".txt");
            Path err = Files.createTempFile(folder, "err", ".txt");
            var builder = new ProcessBuilder(command).directory(folder.toFile());
            builder.environment().keySet().removeIf(name -> name.matches("(NEURON|GLIA|MAVEN).*"));
            builder.environment().put("GLIA_NEFF_TRUST", "any"); // no trial beside each load
            builder.environment().putAll(environment);
            Process process =
                    builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            process.getOutputStream().close(); // Who asks for something shall not wait for it.
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(
                        command
                                + " does not end\n"
                                + Files.readString(out)
                                + Files.readString(err));
            }
            return new Program(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + command, interrupted);
        }
    }

    /** {@return this, which ended well} */
    public Program succeeded() {
        if (exit != 0) {
            throw new AssertionError("exit code " + exit + "\n" + out + err);
        }
        return this;
    }
}

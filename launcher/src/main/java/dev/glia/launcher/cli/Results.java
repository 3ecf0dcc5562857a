package dev.glia.launcher.cli;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard output. The stream of {@link System#out} swallows failures, so this remembers the first
 * one: results that nobody got are no success.
 */
final class Results extends OutputStream {
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private volatile IOException failure;

    PrintStream stream() {
        return new PrintStream(this, true, StandardCharsets.UTF_8);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b});
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        try {
            out.write(bytes, from, length);
        } catch (IOException failed) {
            failure = failure == null ? failed : failure;
            throw failed;
        }
    }

    /**
     * Says what results were lost, but not to a reader that has had enough, such as {@code head}.
     *
     * @param code the exit code of the command
     * @return the exit code
     */
    int exitCode(int code) {
        if (failure == null || code != 0) {
            return code;
        }
        String reason = String.valueOf(failure.getMessage());
        NrtException lost =
                new NrtException(
                        NrtStatus.NRT_FAILURE,
                        "the results cannot be written to standard output: "
                                + reason
                                + "; send them to a place that takes them");
        return reason.equals("Broken pipe")
                ? Failures.exitCode(lost.status())
                : Failures.report(lost, false);
    }
}

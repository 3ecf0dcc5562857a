package dev.glia.launcher.cli;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;

/** How a failure ends: one last line on standard error, and the exit code. */
final class Failures {
    /** The exit code for a status that does not fit into one. */
    static final int INTERNAL = 70;

    private static final int FIRST_RESERVED = 125;

    /** As much as a line tells, and how much of that is its end, which has the next step. */
    private static final int LONGEST = 2000;

    private static final int END = 500;

    private Failures() {}

    static int exitCode(NrtStatus status) {
        return status.code() < FIRST_RESERVED ? status.code() : INTERNAL;
    }

    static int report(Throwable failure, boolean stacktrace) {
        if (endedBySignal()) {
            return INTERNAL; // What fails while everything closes is no failure; nobody sees this
            // code.
        }
        NrtException shown = told(failure);
        if (stacktrace) {
            StringWriter trace = new StringWriter();
            shown.printStackTrace(new PrintWriter(trace));
            trace.toString()
                    .lines()
                    .map(line -> line(line).replace("\\u0009", "\t"))
                    .forEach(System.err::println);
        }
        System.err.println(line(shown.getMessage()));
        return exitCode(shown.status());
    }

    /**
     * {@return a message as one line that a terminal only shows; what a file put into it is
     * escaped, and the middle of a very long one is left out}
     */
    private static String line(String message) {
        String line = message.stripTrailing();
        if (line.length() > LONGEST) {
            line =
                    line.substring(0, LONGEST - END)
                            + " [...] "
                            + line.substring(line.length() - END);
        }
        return Printable.text(line.replaceAll("\\s*\\R\\s*", " "));
    }

    /** The failure as it is told: with a status, and what to do. */
    static NrtException told(Throwable failure) {
        return switch (failure) {
            case NrtException known -> known;
            case OutOfMemoryError memory ->
                    new NrtException(NrtStatus.NRT_RESOURCE, outOf(memory), memory);
            default ->
                    new NrtException(
                            NrtStatus.NRT_FAILURE,
                            failure + "; this is a defect of Glia: --stacktrace shows where",
                            failure);
        };
    }

    /** Only the heap is bounded by an option; other memory is what the machine has. */
    private static String outOf(OutOfMemoryError memory) {
        String message = String.valueOf(memory.getMessage());
        if (message.contains("native thread")) {
            return "there can be no more threads ("
                    + message
                    + "): end other processes of this user, or raise the limit (ulimit -u, or pids.max of"
                    + " the container)";
        }
        return message.contains("heap space") || message.contains("GC overhead")
                ? "the JVM is out of memory ("
                        + message
                        + "); give it more with GLIA_JAVA_OPTS=-Xmx4g"
                : "there is not enough native memory ("
                        + message
                        + "), which -Xmx does not bound; choose smaller tensors, or end other processes";
    }

    private static boolean endedBySignal() {
        try {
            Runtime.getRuntime().removeShutdownHook(new Thread());
            return false;
        } catch (IllegalStateException shuttingDown) {
            return true;
        }
    }

    static int usage(CommandLine.ParameterException wrong, String[] args) {
        if (args.length == 0) {
            wrong.getCommandLine().usage(System.err);
        }
        String command = wrong.getCommandLine().getCommandSpec().qualifiedName(" ");
        System.err.println(
                "NRT_INVALID (2): "
                        + line(wrong.getMessage())
                        + "; \""
                        + command
                        + " --help\" shows what is accepted");
        return CommandLine.ExitCode.USAGE;
    }
}

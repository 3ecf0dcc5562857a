package dev.glia.launcher.cli;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine;

/** How a failure ends: one last line on standard error, and the exit code. */
final class Failures {
    /** The exit code for a status that does not fit into one. */
    static final int INTERNAL = 70;

    private static final int FIRST_RESERVED = 125;

    private Failures() {}

    static int exitCode(NrtStatus status) {
        return status.code() < FIRST_RESERVED ? status.code() : INTERNAL;
    }

    static int report(Throwable failure, boolean stacktrace) {
        if (endedBySignal()) {
            return INTERNAL; // What fails while everything closes is no failure; nobody sees this
            // code.
        }
        NrtException shown =
                switch (failure) {
                    case NrtException known -> known;
                    case OutOfMemoryError memory ->
                            new NrtException(NrtStatus.NRT_RESOURCE, outOf(memory), memory);
                    default ->
                            new NrtException(
                                    NrtStatus.NRT_FAILURE,
                                    failure
                                            + "; this is a defect of Glia: --stacktrace shows where",
                                    failure);
                };
        if (stacktrace) {
            shown.printStackTrace();
        }
        System.err.println(
                Printable.text(shown.getMessage().strip().replaceAll("\\s*\\R\\s*", " ")));
        return exitCode(shown.status());
    }

    /** Only the heap is bounded by an option; other memory is what the machine has. */
    private static String outOf(OutOfMemoryError memory) {
        String message = String.valueOf(memory.getMessage());
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
                        + wrong.getMessage().strip().replaceAll("\\s*\\R\\s*", " ")
                        + "; \""
                        + command
                        + " --help\" shows what is accepted");
        return CommandLine.ExitCode.USAGE;
    }
}

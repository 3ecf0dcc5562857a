package dev.glia.launcher.cli;

import dev.glia.launcher.Glia;

import picocli.CommandLine.Option;

import java.util.Map;
import java.util.Optional;

/** What every command understands. */
final class CommonOptions {
    @Option(
            names = "--instance",
            paramLabel = "TYPE",
            description =
                    "The machine: auto, hardware, or one to emulate such as inf1.6xlarge or trn2.")
    private Optional<String> instance = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--stacktrace", description = "Print the stack trace of a failure.")
    private boolean stacktrace;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    boolean json() {
        return json;
    }

    boolean stacktrace() {
        return stacktrace;
    }

    /** Boots the bundles with the settings that the command line makes. */
    Glia start(Map<String, String> settings) {
        Glia.Builder builder = Glia.builder();
        settings.forEach(builder::set);
        instance.ifPresent(type -> builder.set("GLIA_INSTANCE", type));
        return builder.start();
    }

    Glia start() {
        return start(Map.of());
    }
}

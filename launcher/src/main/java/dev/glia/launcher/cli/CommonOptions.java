package dev.glia.launcher.cli;

import dev.glia.launcher.Glia;

import picocli.CommandLine.Option;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What every command understands. */
final class CommonOptions {
    /**
     * The feature has configuration, machine and allocator at this level, and the rest above it.
     */
    private static final int MACHINE_LEVEL = 5;

    @Option(
            names = "--instance",
            paramLabel = "TYPE",
            description =
                    "The machine: auto, hardware, or one to emulate such as inf1.6xlarge or trn2.")
    private Optional<String> instance = Optional.empty();

    @Option(
            names = "--bundle",
            paramLabel = "FILE.jar",
            description =
                    "A bundle to add, such as another vendor's driver; FILE.jar#SHA-256;HEX pins it.")
    private List<String> bundles = List.of();

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
        Glia.Builder builder = builder();
        settings.forEach(builder::set);
        return builder.start();
    }

    /** Boots what tells about machine, cores and owners, and nothing that could use them. */
    Glia look() {
        return builder().startLevel(MACHINE_LEVEL).start();
    }

    /** A launch with the settings that the command line makes. */
    Glia.Builder builder() {
        Glia.Builder builder = Glia.builder();
        bundles.forEach(builder::bundle);
        instance.ifPresent(type -> builder.set("GLIA_INSTANCE", type));
        return builder;
    }

    Glia start() {
        return start(Map.of());
    }
}

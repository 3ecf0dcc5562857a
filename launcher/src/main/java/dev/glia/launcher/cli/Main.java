package dev.glia.launcher.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The entry of {@code glia}. */
@Command(
        name = "glia",
        synopsisSubcommandLabel = "COMMAND",
        description = "The Neuron Runtime 2.x for the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main {
    private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("run", RunCommand::new);
        COMMANDS.put("compile", CompileCommand::new);
        COMMANDS.put("neff", NeffCommand::new);
        COMMANDS.put("ls", LsCommand::new);
        COMMANDS.put("why", WhyCommand::new);
        COMMANDS.put("instance", InstanceCommand::new);
        COMMANDS.put("config", ConfigCommand::new);
        COMMANDS.put("hold", HoldCommand::new);
        COMMANDS.put("drivers", DriversCommand::new);
        COMMANDS.put("shell", ShellCommand::new);
        COMMANDS.put("bench", BenchCommand::new);
    }

    private Main() {}

    /**
     * Runs one command and ends the JVM, whatever happens.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        Locale.setDefault(Locale.ROOT); // What is printed is also read by programs.
        Results results = new Results();
        System.setOut(results.stream());
        int code = Failures.INTERNAL;
        try {
            code = commandLine(args).execute(args);
        } catch (Throwable failure) {
            code = Failures.report(failure, false);
        } finally {
            System.out.flush();
            System.exit(
                    results.exitCode(
                            code)); // The framework's threads would keep a JVM alive whose main
            // thread
            // failed.
        }
    }

    /**
     * Reads the options of the one command that is meant; those of all take a quarter of a short
     * run.
     */
    static CommandLine commandLine(String... args) {
        CommandLine line = new CommandLine(new Main());
        String wanted = args.length > 0 ? args[0] : "";
        COMMANDS.forEach(
                (name, command) -> {
                    if (name.equals(wanted) || !COMMANDS.containsKey(wanted)) {
                        line.addSubcommand(name, command.get());
                    }
                });
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler(Failures::usage);
        line.setExecutionExceptionHandler(
                (failure, command, parsed) ->
                        Failures.report(
                                failure,
                                command.getMixins().get("common") instanceof CommonOptions common
                                        && common.stacktrace()));
        return line;
    }

    /** The version in the manifest of the launcher. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"glia " + (version == null ? "(development)" : version)};
        }
    }
}

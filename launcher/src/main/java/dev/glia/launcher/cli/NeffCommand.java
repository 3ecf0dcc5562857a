package dev.glia.launcher.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** {@code glia neff}: what can be done with a NEFF file without loading it. */
@Command(
        name = "neff",
        description = "Show, verify, unpack or compare NEFF files.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            NeffShowCommand.class,
            NeffVerifyCommand.class,
            NeffUnpackCommand.class,
            NeffDiffCommand.class
        })
final class NeffCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Spec private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "neff needs a command: show, verify, unpack or diff");
    }
}

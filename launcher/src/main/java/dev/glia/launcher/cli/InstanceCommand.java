package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.device.EmulatedInstances;
import dev.glia.launcher.Glia;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.List;
import java.util.concurrent.Callable;

/** {@code glia instance}: the emulated instances in the state folder of this user. */
@Command(
        name = "instance",
        description = "List or remove the emulated instances of this user.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {InstanceCommand.Ls.class, InstanceCommand.Rm.class})
final class InstanceCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "instance needs a command: ls or rm");
    }

    /** {@code glia instance ls}. */
    @Command(name = "ls", description = "List the emulated instances that exist on disk.")
    static final class Ls implements Callable<Integer> {
        @Mixin private CommonOptions common;

        @Override
        public Integer call() {
            List<String> types;
            try (Glia glia = common.look()) {
                types = glia.service(EmulatedInstances.class).list();
            }
            if (common.json()) {
                System.out.println(
                        Json.write(
                                types.stream()
                                        .map(type -> Json.object("instance", type))
                                        .toList()));
            } else if (types.isEmpty()) {
                System.err.println("no emulated instance exists; the first use creates one");
            } else {
                types.forEach(System.out::println);
            }
            return 0;
        }
    }

    /** {@code glia instance rm}. */
    @Command(
            name = "rm",
            description = {
                "Remove an emulated instance with all its files; its next use creates it again.",
                "Refused while a process owns a core of it."
            })
    static final class Rm implements Callable<Integer> {
        @Mixin private CommonOptions common;

        @Parameters(
                paramLabel = "TYPE",
                description = "Its instance type, as \"glia instance ls\" prints it.")
        private String type;

        @Override
        public Integer call() {
            try (Glia glia = common.look()) {
                glia.service(EmulatedInstances.class).remove(type);
            }
            System.out.println(
                    common.json()
                            ? Json.write(Json.object("instance", type, "removed", true))
                            : "removed " + type);
            return 0;
        }
    }
}

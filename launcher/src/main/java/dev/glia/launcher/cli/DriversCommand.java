package dev.glia.launcher.cli;

import dev.glia.control.ControlAddress;
import dev.glia.control.Json;
import dev.glia.runtime.NrtException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code glia drivers}: the drivers of running processes. */
@Command(
        name = "drivers",
        description = {
            "List the device drivers of all running runtimes of this user, or replace one while",
            "requests run."
        },
        subcommands = {
            DriversSwapCommand.class,
            DriversRollbackCommand.class,
            DriversCheckCommand.class
        })
final class DriversCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @Mixin private CommonOptions common;

    @Option(
            names = "--pid",
            paramLabel = "PID[@NAMESPACE]",
            converter = Runtimes.Choice.Reader.class,
            description = "Only the runtime of this process.")
    private Optional<Runtimes.Choice> pid = Optional.empty();

    @Override
    public Integer call() {
        Runtimes runtimes = Runtimes.ofThisUser();
        List<Map<String, Object>> answers = new ArrayList<>();
        int code = 0;
        for (ControlAddress address : runtimes.all(pid)) {
            try {
                answers.add(runtimes.ask(address, Map.of("do", "drivers"), LIMIT));
            } catch (NrtException silent) {
                code = Failures.report(silent, common.stacktrace());
            }
        }
        if (common.json()) {
            System.out.println(Json.write(Json.object("runtimes", answers)));
        } else {
            answers.forEach(answer -> System.out.print(new DriverTable(answer).text()));
            if (answers.isEmpty() && code == 0) {
                System.err.println(
                        "no process of this user has an initialised runtime; \"glia hold\" starts one");
            }
        }
        return code;
    }
}

package dev.glia.launcher.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code glia drivers rollback}: brings the driver back that a swap has replaced. */
@Command(
        name = "rollback",
        description =
                "Bring the driver back that served before the last swap in a running process.")
final class DriversRollbackCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Option(
            names = "--pid",
            paramLabel = "PID[@NAMESPACE]",
            converter = Runtimes.Choice.Reader.class,
            description = "The process, if there are several.")
    private Optional<Runtimes.Choice> pid = Optional.empty();

    @Parameters(
            arity = "0..1",
            paramLabel = "ARCH",
            description = "The architecture, if drivers of several were replaced.")
    private Optional<String> arch = Optional.empty();

    @Override
    public Integer call() {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("do", "rollback");
        arch.ifPresent(name -> request.put("arch", name));
        Runtimes runtimes = Runtimes.ofThisUser();
        new SwapReport(runtimes.ask(runtimes.one(pid), request, DriversSwapCommand.LIMIT))
                .print(common.json());
        return 0;
    }
}

package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.Glia;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code glia hold}: owns cores until the time is over or a signal comes. */
@Command(
        name = "hold",
        description =
                "Claim the NeuronCores, print them, and hold them until the time or a signal.")
final class HoldCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Spec private picocli.CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--for",
            paramLabel = "SECONDS",
            description = "How long; without it until a signal.")
    private Optional<Double> seconds = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        if (seconds.isPresent() && !(seconds.get() >= 0 && seconds.get() < Integer.MAX_VALUE)) {
            throw new ParameterException(
                    spec.commandLine(), "--for " + seconds.get() + " is no number of seconds");
        }
        try (Glia glia = common.start()) {
            Host.of(glia);
            NeuronRuntime runtime = glia.runtime();
            System.out.println(common.json() ? json(runtime) : line(runtime));
            System.out.flush();
            Thread.sleep(
                    seconds.map(s -> Duration.ofNanos((long) (s * 1e9)))
                            .orElse(Duration.ofDays(365_000)));
        }
        return 0;
    }

    private static String json(NeuronRuntime runtime) {
        return Json.write(
                Json.object(
                        "pid", ProcessHandle.current().pid(),
                        "cores", hostIndexes(runtime),
                        "visible", runtime.cores().stream().map(NeuronCore::index).toList(),
                        "instance", runtime.instance().type(),
                        "emulated", runtime.instance().emulated()));
    }

    private static String line(NeuronRuntime runtime) {
        String cores =
                hostIndexes(runtime).stream().map(String::valueOf).collect(Collectors.joining(","));
        return "process "
                + ProcessHandle.current().pid()
                + " owns NeuronCores "
                + cores
                + " of "
                + runtime.instance().type()
                + (runtime.instance().emulated() ? " (emulated)" : "");
    }

    private static List<Integer> hostIndexes(NeuronRuntime runtime) {
        return runtime.cores().stream().map(NeuronCore::hostIndex).toList();
    }
}

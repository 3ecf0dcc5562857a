package dev.glia.launcher.cli;

import dev.glia.launcher.ConformanceKit;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code glia drivers check}: does a packaged driver do what Glia relies on? */
@Command(
        name = "check",
        description = {
            "Check the jar of a device driver with the conformance kit and print the report. Ends",
            "with 0 when the driver passes, with 1 when it does not."
        })
final class DriversCheckCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Spec private CommandSpec spec;

    @Option(
            names = "--report",
            paramLabel = "FILE.json",
            description = "Write the report as JSON into a file, too.")
    private Optional<String> report = Optional.empty();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often checks of lifecycle and leaks start and stop the driver.")
    private Optional<Integer> rounds = Optional.empty();

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            description = "How long to wait for what should happen at once; 20 unless given.")
    private Optional<Integer> patience = Optional.empty();

    @Option(
            names = "--only",
            paramLabel = "CHECK",
            split = ",",
            description = "Only these checks or groups of checks.")
    private List<String> only = List.of();

    @Option(names = "--list", description = "List the checks.")
    private boolean list;

    @Parameters(arity = "0..1", paramLabel = "FILE.jar", description = "The bundle of the driver.")
    private Optional<String> jar = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        if (jar.isEmpty() == !list) {
            throw new ParameterException(
                    spec.commandLine(), "check needs either the jar of a driver or --list");
        }
        List<String> arguments = new ArrayList<>();
        if (list) {
            arguments.add("--list");
        }
        if (common.json()) {
            arguments.add("--json");
        }
        report.ifPresent(file -> arguments.addAll(List.of("--report", file)));
        rounds.ifPresent(count -> arguments.addAll(List.of("--rounds", count.toString())));
        patience.ifPresent(count -> arguments.addAll(List.of("--patience", count.toString())));
        if (!only.isEmpty()) {
            arguments.addAll(List.of("--only", String.join(",", only)));
        }
        jar.ifPresent(arguments::add);
        try {
            return ConformanceKit.run(arguments);
        } catch (IOException | IllegalStateException failure) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "the conformance kit cannot run: " + failure.getMessage(),
                    failure);
        }
    }
}

package dev.glia.launcher.cli;

import dev.glia.device.CoreNumbering;
import dev.glia.launcher.Glia;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** {@code glia why nc3}: who has a core, and how to get it or another one. */
@Command(name = "why", description = "Say who owns a NeuronCore, and how to get it or others.")
final class WhyCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "CORE",
            description = "The core as NEURON_RT_VISIBLE_CORES counts, or a range: 3, nc3, nc0-2.")
    private String cores;

    @Override
    public Integer call() {
        CoreNumbers.Run asked;
        try {
            asked = CoreNumbers.parse(cores);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        Answer answer;
        try (Glia glia = common.look()) {
            Host host = Host.of(glia);
            answer = new Answer(Inventory.of(glia, host), here(asked, host));
        }
        System.out.print(common.json() ? answer.json() + "\n" : answer.text());
        return 0;
    }

    /** The cores as this process counts; the numbers may be those of its host. */
    private static CoreNumbers.Run here(CoreNumbers.Run asked, Host host) {
        CoreNumbering.Reading read =
                host.numbering()
                        .read(asked.first(), asked.last())
                        .orElseThrow(() -> missing(asked, host));
        var run = new CoreNumbers.Run(read.first(), read.last());
        if (read.host()) {
            System.err.println("nc" + asked + " of the host is nc" + run + " here");
        }
        return run;
    }

    private static NrtException missing(CoreNumbers.Run asked, Host host) {
        int there = host.cores().size();
        return new NrtException(
                NrtStatus.NRT_INVALID,
                "there is no NeuronCore %s on %s: it has 0-%s%s; glia ls lists them"
                        .formatted(
                                Math.max(asked.first(), Math.min(asked.last(), there)),
                                host.machine().instanceType(),
                                there - 1,
                                host.restriction()
                                        .map(seen -> " in what this process sees, " + seen)
                                        .orElse(
                                                host.machine().lncSizes().size() > 1
                                                        ? " with NEURON_LOGICAL_NC_CONFIG="
                                                                + host.lnc()
                                                        : "")));
    }
}

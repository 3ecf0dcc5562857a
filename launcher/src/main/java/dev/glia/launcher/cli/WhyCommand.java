package dev.glia.launcher.cli;

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
        Inventory inventory;
        try (Glia glia = common.look()) {
            Host host = Host.of(glia);
            int there = host.cores().size();
            if (asked.last() >= there) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        "there is no NeuronCore %d on %s: it has 0-%d%s; glia ls lists them"
                                .formatted(
                                        Math.max(asked.first(), there),
                                        host.machine().instanceType(),
                                        there - 1,
                                        host.machine().lncSizes().size() > 1
                                                ? " with NEURON_LOGICAL_NC_CONFIG=" + host.lnc()
                                                : ""));
            }
            inventory = Inventory.of(glia, host);
        }
        Answer answer = new Answer(inventory, asked);
        System.out.print(common.json() ? answer.json() + "\n" : answer.text());
        return 0;
    }
}

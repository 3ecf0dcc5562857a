package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.Glia;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.time.Duration;
import java.util.concurrent.Callable;

/** {@code glia ls}: devices, cores, memory, links and owners, with the names of neuron-ls. */
@Command(
        name = "ls",
        description = "List devices, cores, memory, links and owners, as neuron-ls does.")
final class LsCommand implements Callable<Integer> {
    /** Whether standard output is a terminal; the script that starts the JVM knows. */
    private static final boolean SCREEN = Boolean.getBoolean("glia.screen");

    private static final String HOME = "\033[H";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";

    @Mixin private CommonOptions common;

    @Spec private CommandSpec spec;

    @Option(
            names = {"-w", "--wide"},
            description = "Show since when, the runtime version, and whole command lines.")
    private boolean wide;

    @Option(
            names = {"-t", "--topology"},
            description = "Draw how the devices are linked.")
    private boolean topology;

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2",
            paramLabel = "SECONDS",
            description = "Show it again and again, every 2 seconds unless told otherwise.")
    private Double watch;

    @Override
    public Integer call() throws InterruptedException {
        if (watch != null && !(watch >= 0.1 && watch <= 86_400)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--watch " + watch + " is no number of seconds from 0.1 to 86400");
        }
        try (Glia glia = common.look()) {
            Host host = Host.of(glia);
            if (watch == null) {
                System.out.print(text(glia, host));
            } else {
                repeat(glia, host, Duration.ofNanos((long) (watch * 1e9)));
            }
        }
        return 0;
    }

    /** Until a signal ends the process, or nobody reads any more. */
    private void repeat(Glia glia, Host host, Duration interval) throws InterruptedException {
        for (boolean first = true; !System.out.checkError(); first = false) {
            String text = text(glia, host);
            if (SCREEN) {
                System.out.print(
                        (first ? HOME + CLEAR_BELOW : HOME)
                                + text.replace("\n", CLEAR_LINE + "\n")
                                + CLEAR_BELOW);
            } else {
                System.out.print(first || common.json() ? text : "\n" + text);
            }
            System.out.flush();
            Thread.sleep(interval);
        }
    }

    private String text(Glia glia, Host host) {
        if (topology) {
            Topology links = Topology.of(host.machine().devices());
            return common.json() ? Json.write(links.json()) + "\n" : links.drawing();
        }
        Listing listing = new Listing(Inventory.of(glia, host), wide);
        return common.json() ? listing.json() + "\n" : listing.table();
    }
}

package dev.glia.launcher.cli;

import picocli.CommandLine.Option;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** How many cores a command works with. */
final class CoreOptions {
    static final String NUM_CORES = "NEURON_RT_NUM_CORES";
    static final String IN_FLIGHT = "NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS";

    @Option(
            names = "--cores",
            paramLabel = "N",
            description =
                    "Load the model on N NeuronCores and spread the requests, as NEURON_RT_NUM_CORES=N; "
                            + "1 unless a variable says otherwise.")
    private Integer cores;

    /** The settings for the framework: one core unless somebody asks for something else. */
    Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        if (cores != null) {
            settings.put(NUM_CORES, cores.toString());
        } else if (!isSet(NUM_CORES)
                && !isSet("NEURON_RT_VISIBLE_CORES")
                && !isSet("NEURONCORE_GROUP_SIZES")) {
            settings.put(NUM_CORES, "1");
        }
        return settings;
    }

    OptionalInt wanted() {
        return cores == null ? OptionalInt.empty() : OptionalInt.of(cores);
    }

    /** Whether the environment of this process, or its command line, decides a variable. */
    static boolean isSet(String variable) {
        return Stream.of(
                        System.getProperty(variable, ""),
                        System.getenv().getOrDefault(variable, ""))
                .anyMatch(value -> !value.isBlank());
    }
}

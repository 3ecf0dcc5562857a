package dev.glia.launcher.cli;

import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import picocli.CommandLine.Option;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /**
     * {@return the cores to load a model on}
     *
     * @throws NrtException NRT_INVALID when the runtime has fewer than this command was told to use
     */
    List<NeuronCore> of(NeuronRuntime runtime) {
        List<NeuronCore> owned = runtime.cores();
        if (cores == null || cores == 0) {
            return owned;
        }
        if (owned.size() < cores) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "--cores %s: NEURON_RT_VISIBLE_CORES gives this process %s; name more there, or set one of the two only"
                            .formatted(cores, owned.size()));
        }
        return owned.subList(0, cores);
    }

    /** Whether the environment of this process, or its command line, decides a variable. */
    static boolean isSet(String variable) {
        return Stream.of(
                        System.getProperty(variable, ""),
                        System.getenv().getOrDefault(variable, ""))
                .anyMatch(value -> !value.isBlank());
    }
}

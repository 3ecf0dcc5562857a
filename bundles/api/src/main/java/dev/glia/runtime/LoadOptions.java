package dev.glia.runtime;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Where to load a model.
 *
 * @param core the NeuronCore as the application counts them; empty for the one with the fewest
 *     models
 */
public record LoadOptions(OptionalInt core) {

    /** {@return the options that leave the choice of the core to the runtime} */
    public static LoadOptions firstFree() {
        return new LoadOptions(OptionalInt.empty());
    }

    /**
     * Chooses the core.
     *
     * @param index the NeuronCore as the application counts them, 0 to n-1
     * @return the options that say so
     */
    public static LoadOptions core(int index) {
        return new LoadOptions(OptionalInt.of(index));
    }

    /**
     * Asks for several instances, each on a core of its own that the runtime chooses.
     *
     * @param instances how many, at least 1
     * @return the options, one for each instance
     */
    public static List<LoadOptions> firstFree(int instances) {
        return Collections.nCopies(instances, firstFree());
    }

    /**
     * Asks for one instance on each of some cores.
     *
     * @param indices the NeuronCores as the application counts them
     * @return the options, one for each instance
     */
    public static List<LoadOptions> cores(int... indices) {
        return IntStream.of(indices).mapToObj(LoadOptions::core).toList();
    }
}

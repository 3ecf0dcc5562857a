package dev.glia.runtime;

import java.util.OptionalInt;

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
}

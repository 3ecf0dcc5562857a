package dev.glia.runtime.internal;

import dev.glia.core.Lane;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Chooses cores for instances of a model.
 *
 * @param cores the cores of this process
 * @param lanes their lanes
 * @param models tells how many models a core has
 */
record Placement(List<NeuronCore> cores, List<Lane> lanes, ToLongFunction<NeuronCore> models) {

    /**
     * {@return a core for each instance}
     *
     * @throws NrtException NRT_INVALID for a core that is none of this process, NRT_EXEC_NC_BUSY
     *     for one that is quarantined, NRT_LOAD_NOT_ENOUGH_NC when there are too few
     */
    List<NeuronCore> choose(List<LoadOptions> places) {
        if (places.isEmpty()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID, "no instance is asked for; ask for at least one");
        }
        List<NeuronCore> free = byLoad();
        var chosen = new ArrayList<NeuronCore>();
        for (LoadOptions place : places) {
            NeuronCore core =
                    place.core().isPresent()
                            ? given(place.core().getAsInt())
                            : first(free, places.size());
            free.remove(core);
            chosen.add(core);
        }
        return chosen;
    }

    /** Those in service, with the fewest models first. */
    private List<NeuronCore> byLoad() {
        return new ArrayList<>(
                cores.stream()
                        .filter(core -> !lanes.get(core.index()).quarantined())
                        .sorted(Comparator.comparingLong(models))
                        .toList());
    }

    private NeuronCore first(List<NeuronCore> free, int wanted) {
        if (!free.isEmpty()) {
            return free.getFirst();
        }
        if (lanes.stream().allMatch(Lane::quarantined)) {
            throw new NrtException(
                    NrtStatus.NRT_EXEC_NC_BUSY,
                    "all NeuronCores of this process are quarantined; try again later, or restart"
                            + " the process");
        }
        throw new NrtException(
                NrtStatus.NRT_LOAD_NOT_ENOUGH_NC,
                wanted
                        + " instances want a NeuronCore each, and this process has "
                        + cores.size()
                        + (lanes.stream().anyMatch(Lane::quarantined)
                                ? ", some of them quarantined"
                                : "")
                        + "; ask for fewer instances, or for more cores with NEURON_RT_NUM_CORES");
    }

    private NeuronCore given(int index) {
        NeuronCore core = core(index);
        if (lanes.get(index).quarantined()) {
            throw new NrtException(
                    NrtStatus.NRT_EXEC_NC_BUSY,
                    "NeuronCore "
                            + index
                            + " is quarantined, because something on it goes on that cannot be"
                            + " stopped; use another one, try again later, or restart the process");
        }
        return core;
    }

    /** {@return the core that the application calls by a number} */
    NeuronCore core(int index) {
        if (index < 0 || index >= cores.size()) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "NeuronCore "
                            + index
                            + " is none of this process, which has NeuronCores 0 to "
                            + (cores.size() - 1)
                            + "; choose one of them, or ask for more with NEURON_RT_NUM_CORES");
        }
        return cores.get(index);
    }
}

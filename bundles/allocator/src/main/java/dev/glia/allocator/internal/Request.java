package dev.glia.allocator.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.config.Setting;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.BitSet;
import java.util.Optional;

/**
 * The cores that a process asks for, counted as logical cores of the machine. Pure arithmetic.
 *
 * @param exact the cores that NEURON_RT_VISIBLE_CORES names
 * @param count how many cores are wanted
 * @param total how many the machine has
 * @param lnc physical cores per logical core
 */
record Request(Optional<CoreRange> exact, int count, int total, int lnc) {
    private static final String COUNT = "NEURON_RT_NUM_CORES";

    /**
     * Works out what the configuration asks of the machine.
     *
     * @throws NrtException NRT_INVALID when the machine has no such cores
     */
    static Request of(Configuration configuration, MachineInfo machine) {
        RuntimeConfig config = configuration.current();
        int lnc = config.logicalCoreSize().orElse(machine.defaultLnc());
        if (!machine.lncSizes().contains(lnc)) {
            throw invalid(
                    "%s=%d: %s (%s) has logical NeuronCores of size %s. Unset it or set one of these"
                            .formatted(
                                    given(configuration, "NEURON_LOGICAL_NC_CONFIG"),
                                    lnc,
                                    machine.instanceType(),
                                    machine.architecture(),
                                    sizes(machine)));
        }
        int total = machine.logicalCores(lnc).size();
        config.visibleCores().ifPresent(range -> checkRange(range, total, machine));
        int wanted = config.visibleCores().map(CoreRange::size).orElse(config.numCores());
        if (wanted < 0 || wanted > total) {
            throw invalid(
                    unavailable(configuration, wanted)
                            + ": %s has %d NeuronCores. Accepted: 1 to %d, or 0 for all"
                                    .formatted(machine.instanceType(), total, total));
        }
        return new Request(config.visibleCores(), wanted == 0 ? total : wanted, total, lnc);
    }

    private static void checkRange(CoreRange range, int total, MachineInfo machine) {
        if (range.first() < 0 || range.last() < range.first() || range.last() >= total) {
            throw invalid(
                    "NEURON_RT_VISIBLE_CORES=%s: %s has the NeuronCores 0 to %d. Accepted: one of them or a range such as 0-%d"
                            .formatted(
                                    range.first() == range.last()
                                            ? range.first()
                                            : range.first() + "-" + range.last(),
                                    machine.instanceType(),
                                    total - 1,
                                    total - 1));
        }
    }

    /** The variable that was really set: an older one may stand in for a newer one. */
    private static String given(Configuration configuration, String variable) {
        return configuration.settings().stream()
                .filter(setting -> setting.name().equals(variable))
                .map(Setting::origin)
                .filter(origin -> origin.startsWith("NEURON"))
                .findFirst()
                .orElse(variable);
    }

    private static String unavailable(Configuration configuration, int wanted) {
        String given = given(configuration, COUNT);
        return given.equals(COUNT)
                ? COUNT + "=" + wanted
                : given + ": its groups need " + wanted + " NeuronCores; set " + COUNT + " instead";
    }

    private static String sizes(MachineInfo machine) {
        return String.join(" or ", machine.lncSizes().stream().map(String::valueOf).toList());
    }

    private static NrtException invalid(String reason) {
        return new NrtException(NrtStatus.NRT_INVALID, reason);
    }

    /**
     * Chooses the cores: the exact ones, otherwise the first gap that is wide enough.
     *
     * @param busy the logical cores that are owned
     * @return the cores, unless they are not free
     */
    Optional<CoreRange> choose(BitSet busy) {
        if (exact.isPresent()) {
            int owned = busy.nextSetBit(exact.get().first());
            return exact.filter(range -> owned < 0 || owned > range.last());
        }
        for (int first = busy.nextClearBit(0); first + count <= total; ) {
            int end = gapEnd(busy, first);
            if (end - first >= count) {
                return Optional.of(new CoreRange(first, first + count - 1));
            }
            first = busy.nextClearBit(end);
        }
        return Optional.empty();
    }

    /**
     * {@return the number after {@code Available:}}: the longest gap, or how many of the exact
     * cores are free
     */
    int available(BitSet busy) {
        if (exact.isPresent()) {
            int first = exact.get().first();
            return count - busy.get(first, first + count).cardinality();
        }
        int longest = 0;
        for (int first = busy.nextClearBit(0); first < total; first = busy.nextClearBit(first)) {
            int end = gapEnd(busy, first);
            longest = Math.max(longest, end - first);
            first = end;
        }
        return longest;
    }

    /** {@return whether it matters to the request who owns the core} */
    boolean concerns(int core) {
        return exact.map(range -> core >= range.first() && core <= range.last()).orElse(true);
    }

    /** {@return the request as the refusal line writes it} */
    @Override
    public String toString() {
        return exact.map(range -> "nc" + range.first() + "-nc" + range.last())
                .orElse(Integer.toString(count));
    }

    private int gapEnd(BitSet busy, int first) {
        int end = busy.nextSetBit(first);
        return end < 0 || end > total ? total : end;
    }
}

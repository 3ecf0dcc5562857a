package dev.glia.allocator.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.config.RuntimeConfig.CoreRange;
import dev.glia.config.Setting;
import dev.glia.device.CoreNumbering;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The cores that a process asks for, counted as logical cores of the machine. Pure arithmetic.
 *
 * @param exact the cores that NEURON_RT_VISIBLE_CORES names
 * @param reading what its numbers were taken for, where they could mean something else
 * @param count how many cores are wanted
 * @param total how many the machine has
 * @param lnc physical cores per logical core
 */
record Request(
        Optional<CoreRange> exact, Optional<Reading> reading, int count, int total, int lnc) {
    private static final String COUNT = "NEURON_RT_NUM_CORES";
    private static final String EXACT = "NEURON_RT_VISIBLE_CORES";

    /**
     * How numbers of cores were read.
     *
     * @param sentence what they were taken for, and why
     * @param doubtful whether something else may have been meant
     */
    record Reading(String sentence, boolean doubtful) {}

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
                    "%s=%s: %s (%s) has logical NeuronCores of size %s. Unset it or set one of these"
                            .formatted(
                                    given(configuration, "NEURON_LOGICAL_NC_CONFIG"),
                                    lnc,
                                    machine.instanceType(),
                                    machine.architecture(),
                                    sizes(machine)));
        }
        if (config.visibleCores().isPresent()) {
            return exactly(config.visibleCores().get(), machine, lnc);
        }
        int total = machine.logicalCores(lnc).size();
        int wanted = config.numCores();
        if (wanted < 0 || wanted > total) {
            throw invalid(
                    unavailable(configuration, wanted)
                            + ": %s %s NeuronCores. Accepted: 1 to %s, or 0 for all"
                                    .formatted(has(machine), total, total));
        }
        return new Request(
                Optional.empty(), Optional.empty(), wanted == 0 ? total : wanted, total, lnc);
    }

    private static Request exactly(CoreRange asked, MachineInfo machine, int lnc) {
        CoreNumbering numbering = CoreNumbering.of(machine, lnc);
        int total = numbering.host().size();
        CoreNumbering.Reading read =
                numbering
                        .read(asked.first(), asked.last())
                        .orElseThrow(() -> invalid(nowhere(asked, machine, numbering)));
        var range = new CoreRange(read.first(), read.last());
        return new Request(
                Optional.of(range), reading(asked, read, machine), range.size(), total, lnc);
    }

    private static String nowhere(CoreRange asked, MachineInfo machine, CoreNumbering numbering) {
        String own = text(new CoreRange(0, numbering.host().size() - 1));
        return "%s=%s: %s the NeuronCores %s%s. Accepted: one of them or a range such as %s"
                .formatted(
                        EXACT,
                        text(asked),
                        has(machine),
                        own,
                        numbering.isPlain()
                                ? ""
                                : " as it counts, which are %s of the host".formatted(numbering),
                        own);
    }

    private static Optional<Reading> reading(
            CoreRange asked, CoreNumbering.Reading read, MachineInfo machine) {
        String given = EXACT + "=" + text(asked);
        if (read.host()) {
            return Optional.of(
                    new Reading(
                            "%s are numbers of the host: they are %s as this process counts, which sees %s"
                                    .formatted(
                                            given,
                                            text(new CoreRange(read.first(), read.last())),
                                            seen(machine)),
                            false));
        }
        return read.otherwise().stream()
                .mapToObj(
                        first ->
                                new Reading(
                                        "%s is taken as this process counts, which sees %s; if numbers of the host are meant, set %s=%s"
                                                .formatted(
                                                        given,
                                                        seen(machine),
                                                        EXACT,
                                                        text(
                                                                new CoreRange(
                                                                        first,
                                                                        first + asked.size() - 1))),
                                        true))
                .findFirst();
    }

    private static String has(MachineInfo machine) {
        return machine.restriction().isEmpty()
                ? machine.instanceType() + " has"
                : "of %s this process sees %s, with"
                        .formatted(machine.instanceType(), seen(machine));
    }

    private static String seen(MachineInfo machine) {
        return machine.restriction().orElse("all devices that there are");
    }

    static String text(CoreRange range) {
        return range.size() == 1
                ? String.valueOf(range.first())
                : range.first() + "-" + range.last();
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
        return firstWideEnough(busy);
    }

    private Optional<CoreRange> firstWideEnough(BitSet busy) {
        return gaps(busy).stream()
                .filter(gap -> gap.size() >= count)
                .findFirst()
                .map(gap -> new CoreRange(gap.first(), gap.first() + count - 1));
    }

    /**
     * {@return free cores, whatever the names of those that are asked for: as many where there is
     * room, otherwise the longest gap; nothing when none is free}
     */
    Optional<CoreRange> alternative(BitSet busy) {
        return firstWideEnough(busy)
                .or(() -> gaps(busy).stream().max(Comparator.comparingInt(CoreRange::size)));
    }

    /**
     * {@return the number after {@code Available:}}: the longest gap, or how many of the exact
     * cores are free
     */
    int available(BitSet busy) {
        return exact.map(range -> count - busy.get(range.first(), range.last() + 1).cardinality())
                .orElseGet(() -> gaps(busy).stream().mapToInt(CoreRange::size).max().orElse(0));
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

    private List<CoreRange> gaps(BitSet busy) {
        var gaps = new ArrayList<CoreRange>();
        for (int first = busy.nextClearBit(0); first < total; ) {
            int owned = busy.nextSetBit(first);
            int end = owned < 0 || owned > total ? total : owned;
            gaps.add(new CoreRange(first, end - 1));
            first = busy.nextClearBit(end);
        }
        return gaps;
    }
}

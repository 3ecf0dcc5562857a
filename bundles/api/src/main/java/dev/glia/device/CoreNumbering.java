package dev.glia.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The two numbers of each logical NeuronCore: this process counts those of the devices that it
 * sees, its host counts all. They differ in a container that was given some of the devices.
 * Immutable.
 *
 * @param host the number on the host of each core that this process sees, rising
 */
public record CoreNumbering(List<Integer> host) {

    /** Copies. */
    public CoreNumbering {
        host = List.copyOf(host);
    }

    /**
     * What numbers that somebody wrote mean.
     *
     * @param first the first core, as this process counts
     * @param last the last one, which is included
     * @param host whether they were numbers of the host
     * @param otherwise the first core that they would name as numbers of the host, where that is
     *     another one
     */
    public record Reading(int first, int last, boolean host, OptionalInt otherwise) {}

    /**
     * {@return the numbering of a machine}
     *
     * @param machine the machine
     * @param lnc physical cores per logical core
     */
    public static CoreNumbering of(MachineInfo machine, int lnc) {
        var host = new ArrayList<Integer>();
        for (DeviceInfo device : machine.devices()) {
            int cores = device.cores() / lnc;
            for (int core = 0; core < cores; core++) {
                host.add(device.hostIndex() * cores + core);
            }
        }
        return new CoreNumbering(host);
    }

    /**
     * Reads a range of numbers. Where all of them lie within what this process counts, that is what
     * they are; otherwise they are the host's, where all of those are cores that this process sees.
     *
     * @param first the first number
     * @param last the last one, not before the first
     * @return what they mean; nothing when they are neither
     */
    public Optional<Reading> read(int first, int last) {
        int seen = host.indexOf(first);
        boolean ofHost = seen >= 0 && host.indexOf(last) == seen + last - first;
        if (first >= 0 && last < host.size()) {
            OptionalInt otherwise =
                    ofHost && seen != first ? OptionalInt.of(seen) : OptionalInt.empty();
            return Optional.of(new Reading(first, last, false, otherwise));
        }
        return ofHost
                ? Optional.of(new Reading(seen, seen + last - first, true, OptionalInt.empty()))
                : Optional.empty();
    }

    /** {@return whether both count the same} */
    public boolean isPlain() {
        return host.isEmpty() || host.getLast() == host.size() - 1;
    }

    /** {@return some of the cores as the host counts, such as {@code 0-3,8-11}} */
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int from = 0, to; from < host.size(); from = to) {
            to = from + 1;
            while (to < host.size() && host.get(to) == host.get(to - 1) + 1) {
                to++;
            }
            text.append(text.isEmpty() ? "" : ",").append(host.get(from));
            if (to - from > 1) {
                text.append('-').append(host.get(to - 1));
            }
        }
        return text.toString();
    }
}

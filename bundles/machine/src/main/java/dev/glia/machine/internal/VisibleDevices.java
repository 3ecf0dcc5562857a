package dev.glia.machine.internal;

import dev.glia.device.DeviceInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/** The devices of a host that a process may see, numbered from 0 as it counts. */
final class VisibleDevices {
    private VisibleDevices() {}

    /**
     * Requires that the host has the devices of AWS_NEURON_VISIBLE_DEVICES.
     *
     * @param wanted the devices it names
     * @param present the devices there are
     * @throws NrtException NRT_INVALID when one is missing
     */
    static void require(SortedSet<Integer> wanted, SortedSet<Integer> present) {
        if (!present.containsAll(wanted)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "AWS_NEURON_VISIBLE_DEVICES=%s: there are the Neuron devices %s. Accepted: ALL, or some of these without a gap"
                            .formatted(range(wanted), range(present)));
        }
    }

    /**
     * {@return the visible devices of the host, renumbered; links to hidden devices are left out}
     */
    static List<DeviceInfo> of(List<DeviceInfo> host, SortedSet<Integer> visible) {
        List<Integer> order = List.copyOf(visible);
        var devices = new ArrayList<DeviceInfo>();
        for (DeviceInfo device : host) {
            if (visible.contains(device.hostIndex())) {
                devices.add(
                        new DeviceInfo(
                                devices.size(),
                                device.architecture(),
                                device.cores(),
                                device.connected().stream()
                                        .filter(visible::contains)
                                        .map(order::indexOf)
                                        .toList(),
                                device.bdf(),
                                device.hostIndex()));
            }
        }
        return List.copyOf(devices);
    }

    private static String range(SortedSet<Integer> devices) {
        boolean gap = devices.getLast() - devices.getFirst() + 1 != devices.size();
        return gap
                ? devices.toString()
                : devices.size() == 1
                        ? devices.getFirst().toString()
                        : devices.getFirst() + "-" + devices.getLast();
    }
}

package dev.glia.machine.internal;

import dev.glia.device.DeviceInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/** The devices of a host that a process may see, numbered from 0 as it counts. */
final class VisibleDevices {
    private VisibleDevices() {}

    /**
     * Requires that the host has the devices of AWS_NEURON_VISIBLE_DEVICES.
     *
     * @param wanted the devices it names
     * @param present the devices there are
     * @param missing the file of a device that the host has beside them
     * @throws NrtException NRT_INVALID when one is missing
     */
    static void require(
            SortedSet<Integer> wanted, SortedSet<Integer> present, Optional<Path> missing) {
        if (!present.containsAll(wanted)) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "AWS_NEURON_VISIBLE_DEVICES=%s: there are the Neuron devices %s%s. Accepted: ALL, or some of these without a gap"
                            .formatted(
                                    range(wanted),
                                    range(present),
                                    missing.map(file -> " (" + file + " is missing)").orElse("")));
        }
    }

    /**
     * {@return what a process sees of its host, in words; nothing when it sees all}
     *
     * @param visible the devices that it sees
     * @param host all devices
     * @param missing the file of a device that is hidden by having none
     */
    static Optional<String> restriction(
            SortedSet<Integer> visible, SortedSet<Integer> host, Optional<Path> missing) {
        return visible.size() == host.size()
                ? Optional.empty()
                : Optional.of(
                        "the %s %s of %s (%s)"
                                .formatted(
                                        visible.size() == 1 ? "device" : "devices",
                                        range(visible),
                                        host.size(),
                                        missing.map(file -> file + " is missing")
                                                .orElse("AWS_NEURON_VISIBLE_DEVICES")));
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

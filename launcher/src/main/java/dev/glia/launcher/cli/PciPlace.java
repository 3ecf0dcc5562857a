package dev.glia.launcher.cli;

import dev.glia.device.DeviceInfo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a device sits in its host, as the PCI bus of the kernel tells. An emulated device sits
 * nowhere.
 *
 * @param cpus the CPUs near it, such as {@code 0-15,32-47}
 * @param numaNode its NUMA node, -1 on a host without
 */
record PciPlace(Optional<String> cpus, Optional<String> numaNode) {
    static final PciPlace UNKNOWN = new PciPlace(Optional.empty(), Optional.empty());

    static PciPlace of(Path sysfs, DeviceInfo device) {
        if (device.bdf().isEmpty()) {
            return UNKNOWN;
        }
        Path folder = sysfs.resolve("bus/pci/devices").resolve("0000:" + device.bdf());
        return new PciPlace(
                attribute(folder.resolve("local_cpulist")), attribute(folder.resolve("numa_node")));
    }

    private static Optional<String> attribute(Path file) {
        try {
            return Optional.of(Files.readString(file).strip()).filter(text -> !text.isEmpty());
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }
}

package dev.glia.machine.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * Writes the tree {@code neuronN/...} that the kernel driver would show.
 *
 * <p>The counters below {@code stats} are not written here. They would be a hundred files for each
 * core, twelve thousand for a large instance, nearly all of them zero for ever: who counts creates
 * the counter, and one that is not there is 0.
 */
final class EmulatedTree {

    private EmulatedTree() {}

    /** Writes all devices of the type into a folder that exists and is empty. */
    static void write(Path tree, InstanceType type) throws IOException {
        for (int device = 0; device < type.devices(); device++) {
            writeDevice(tree.resolve("neuron" + device), type, device);
        }
    }

    private static void writeDevice(Path folder, InstanceType type, int device) throws IOException {
        Family family = type.family();
        Path info = Files.createDirectory(Files.createDirectory(folder).resolve("info"));
        Path architecture = Files.createDirectory(info.resolve("architecture"));
        Files.writeString(architecture.resolve("arch_type"), family.deviceArch() + "\n");
        Files.writeString(architecture.resolve("instance_type"), family.instance() + "\n");
        Files.writeString(architecture.resolve("device_name"), family.deviceName() + "\n");
        Files.writeString(folder.resolve("core_count"), Integer.toString(family.cores()));
        Files.writeString(folder.resolve("connected_devices"), links(type, device) + "\n");
        if (family.hasSerialNumber()) {
            Files.writeString(info.resolve("serial_number"), serial(type, device) + "\n");
        }
        // As in sysfs, this link names the PCI device. It leads nowhere here.
        Files.createSymbolicLink(
                folder.resolve("device"), Path.of("../../../pci0000:00/0000:" + bdf(type, device)));
        for (int core = 0; core < family.cores(); core++) {
            Path coreInfo =
                    Files.createDirectory(folder.resolve("neuron_core" + core)).resolve("info");
            Path coreArchitecture = Files.createDirectory(coreInfo).resolve("architecture");
            Files.writeString(
                    Files.createDirectory(coreArchitecture).resolve("arch_type"),
                    family.coreArch() + "\n");
        }
    }

    private static String links(InstanceType type, int device) {
        return type.links().get(device).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", "));
    }

    /** A small host has its devices on the first bus, a large one four on each of several. */
    private static String bdf(InstanceType type, int device) {
        if (type.devices() == 1) {
            return "00:1e.0";
        }
        int bus = type.devices() <= 4 ? 0 : 0x10 * (1 + device / 4);
        return "%02x:%02x.0".formatted(bus, 0x1b + device % 4);
    }

    private static String serial(InstanceType type, int device) {
        var crc = new CRC32();
        crc.update((type.name() + "/" + device).getBytes(StandardCharsets.UTF_8));
        return "%08x%08x".formatted(crc.getValue(), device);
    }
}

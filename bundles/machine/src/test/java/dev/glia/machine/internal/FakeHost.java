package dev.glia.machine.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A host with Neuron hardware as its kernel shows it: the complete tree of the driver in sysfs, the
 * driver's version, the firmware's product name, and the device files.
 *
 * @param root the folder that holds {@code sys}, {@code dev} and {@code run}
 */
record FakeHost(Path root) {

    /** What the driver of one architecture writes, from its published source. */
    enum Model {
        INF1(4, "NDv1", "NCv1", "Inf1", "Inferentia", false),
        INF2(2, "NDv3", "NCv2", "Inf2", "Inferentia2", true),
        TRN1(2, "NDv2", "NCv2", "Trn1", "Trainium1", true),
        TRN2(8, "NDv3", "NCv3", "Trn2", "Trainium2", true);

        final int cores;
        final String deviceArch;
        final String coreArch;
        final String instance;
        final String deviceName;
        final boolean serial;

        Model(
                int cores,
                String deviceArch,
                String coreArch,
                String instance,
                String deviceName,
                boolean serial) {
            this.cores = cores;
            this.deviceArch = deviceArch;
            this.coreArch = coreArch;
            this.instance = instance;
            this.deviceName = deviceName;
            this.serial = serial;
        }
    }

    Path sys() {
        return root.resolve("sys");
    }

    Path tree() {
        return sys().resolve("devices/virtual/neuron_device");
    }

    Path dev(int device) {
        return root.resolve("dev/neuron" + device);
    }

    Path run() {
        return root.resolve("run");
    }

    FakeHost driver(String version) throws IOException {
        return write(sys().resolve("module/neuron/version"), version + "\n");
    }

    FakeHost product(String name) throws IOException {
        return write(sys().resolve("devices/virtual/dmi/id/product_name"), name + "\n");
    }

    FakeHost device(int index, Model model, String links) throws IOException {
        Path folder = tree().resolve("neuron" + index);
        write(folder.resolve("core_count"), Integer.toString(model.cores));
        write(folder.resolve("connected_devices"), links + "\n");
        write(folder.resolve("reset"), "");
        write(folder.resolve("dev"), "243:" + index + "\n");
        write(
                folder.resolve("uevent"),
                "MAJOR=243\nMINOR=" + index + "\nDEVNAME=neuron" + index + "\n");
        Path architecture = folder.resolve("info/architecture");
        write(architecture.resolve("arch_type"), model.deviceArch + "\n");
        write(architecture.resolve("instance_type"), model.instance + "\n");
        write(architecture.resolve("device_name"), model.deviceName + "\n");
        write(folder.resolve("info/notify_delay"), "-1\n");
        if (model.serial) {
            write(folder.resolve("info/serial_number"), "%016x\n".formatted(0xfeed0000L + index));
        }
        write(folder.resolve("stats/hardware/sram_ecc_uncorrected"), "0\n");
        write(folder.resolve("stats/hardware/mem_ecc_uncorrected"), "0\n");
        write(folder.resolve("stats/memory_usage/host_mem/total"), "0\n");
        for (int core = 0; core < model.cores; core++) {
            Path coreFolder = folder.resolve("neuron_core" + core);
            write(coreFolder.resolve("info/architecture/arch_type"), model.coreArch + "\n");
            write(coreFolder.resolve("stats/status/success/total"), "0\n");
            write(coreFolder.resolve("stats/memory_usage/device_mem/total"), "0\n");
        }
        Files.createSymbolicLink(
                folder.resolve("device"),
                Path.of("../../../pci0000:00/0000:%02x:1e.0".formatted(0x10 + index)));
        return write(dev(index), "");
    }

    private FakeHost write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return this;
    }
}

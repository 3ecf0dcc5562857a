package dev.glia.allocator.internal;

import dev.glia.device.DeviceInfo;
import dev.glia.device.Machine;
import dev.glia.device.MachineInfo;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** A machine with some devices. */
record FixedMachine(
        String type, int devices, int coresPerDevice, SortedSet<Integer> lncSizes, Path locks)
        implements Machine {

    static FixedMachine inf1(Path locks) {
        return new FixedMachine("inf1.6xlarge", 4, 4, new TreeSet<>(List.of(1)), locks);
    }

    static FixedMachine trn2(Path locks) {
        return new FixedMachine("trn2.3xlarge", 1, 8, new TreeSet<>(List.of(1, 2)), locks);
    }

    static FixedMachine trn1(Path locks) {
        return new FixedMachine("trn1.32xlarge", 16, 2, new TreeSet<>(List.of(1)), locks);
    }

    @Override
    public MachineInfo info() {
        String architecture = type.substring(0, 4);
        return new MachineInfo(
                type,
                architecture,
                true,
                IntStream.range(0, devices)
                        .mapToObj(
                                i -> new DeviceInfo(i, architecture, coresPerDevice, List.of(), ""))
                        .toList(),
                lncSizes,
                lncSizes.last(),
                Optional.empty(),
                locks,
                locks);
    }
}

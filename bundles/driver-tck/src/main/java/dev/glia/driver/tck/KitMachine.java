package dev.glia.driver.tck;

import dev.glia.device.Architecture;
import dev.glia.device.DeviceInfo;
import dev.glia.device.InstanceShape;
import dev.glia.device.Machine;
import dev.glia.device.MachineInfo;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The machine that a check puts the driver on. */
final class KitMachine implements Machine {
    private static final Path NOWHERE = Path.of("nowhere");

    /** No device at all: what there is before a check says otherwise. */
    private static final MachineInfo BARE =
            new MachineInfo(
                    "bare",
                    "none",
                    true,
                    List.of(),
                    new TreeSet<>(List.of(1)),
                    1,
                    Optional.empty(),
                    NOWHERE,
                    NOWHERE);

    private final AtomicInteger asked = new AtomicInteger();
    private volatile Supplier<MachineInfo> answer = () -> BARE;

    @Override
    public MachineInfo info() {
        asked.incrementAndGet();
        return answer.get();
    }

    /** {@return how often it was asked} */
    int asked() {
        return asked.get();
    }

    void answer(Supplier<MachineInfo> next) {
        answer = next;
    }

    void become(Architecture architecture, InstanceShape shape) {
        MachineInfo info = info(architecture, shape);
        answer = () -> info;
    }

    /** Has a device of an architecture that no driver knows. */
    void becomeOther(Architecture architecture) {
        var other =
                new Architecture(
                        "unknown0",
                        "Unknown",
                        architecture.coreVersion(),
                        architecture.coresPerDevice(),
                        architecture.memoryPerDevice(),
                        architecture.dtypes(),
                        architecture.lncSizes(),
                        architecture.defaultLnc(),
                        List.of("unknown0"),
                        List.of(),
                        0);
        become(other, InstanceShape.single("unknown0"));
    }

    void becomeBare() {
        answer = () -> BARE;
    }

    private static MachineInfo info(Architecture architecture, InstanceShape shape) {
        List<DeviceInfo> devices =
                IntStream.range(0, shape.links().size())
                        .mapToObj(
                                device ->
                                        new DeviceInfo(
                                                device,
                                                architecture.name(),
                                                architecture.coresPerDevice(),
                                                shape.links().get(device),
                                                ""))
                        .toList();
        return new MachineInfo(
                shape.name(),
                architecture.name(),
                shape.emulated(),
                devices,
                architecture.lncSizes(),
                architecture.defaultLnc(),
                Optional.empty(),
                NOWHERE,
                NOWHERE);
    }
}

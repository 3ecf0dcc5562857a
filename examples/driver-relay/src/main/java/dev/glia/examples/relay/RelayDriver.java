package dev.glia.examples.relay;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Machine;
import dev.glia.device.NeuronDriver;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Relay One: devices with two cores, which another process has. */
@NeuronDriver(arch = "relay1")
@Component
public final class RelayDriver implements DeviceDriver {

    private static final Architecture RELAY1 =
            new Architecture(
                    "relay1",
                    "Relay One",
                    "v1",
                    2,
                    1L << 30,
                    Set.of(DType.FLOAT32),
                    new TreeSet<>(Set.of(1)),
                    1,
                    List.of("relay1"),
                    List.of(),
                    0);

    private final Machine machine;
    private final OtherProcess process = new OtherProcess();

    /**
     * Records what is needed later; the process starts with the first core.
     *
     * @param machine the machine
     */
    @Activate
    public RelayDriver(@Reference(policyOption = ReferencePolicyOption.GREEDY) Machine machine) {
        this.machine = machine;
    }

    @Deactivate
    void stop() {
        process.close();
    }

    @Override
    public Architecture architecture() {
        return RELAY1;
    }

    @Override
    public List<DeviceInfo> devices() {
        return machine.info().devices().stream()
                .filter(device -> device.architecture().equals(RELAY1.name()))
                .toList();
    }

    @Override
    public CoreSession open(CoreAddress core) {
        boolean exists =
                RELAY1.lncSizes().contains(core.lnc())
                        && devices().stream()
                                .anyMatch(
                                        device ->
                                                device.index() == core.device()
                                                        && core.core() < device.cores());
        if (!exists) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "there is no core %s of size %d here; see \"glia ls\""
                            .formatted(core, core.lnc()));
        }
        process.require();
        return new RelayCore(RELAY1, core, process);
    }
}

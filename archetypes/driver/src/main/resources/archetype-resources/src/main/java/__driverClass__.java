package ${package};

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Emulation;
import dev.glia.device.Engine;
import dev.glia.device.Machine;
import dev.glia.device.NeuronDriver;
import dev.glia.device.kit.EmulatedCores;
import dev.glia.runtime.DType;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Drives ${arch}: for now emulated, so that everything works before there is a device. */
@NeuronDriver(arch = "${arch}")
@Component
public final class ${driverClass} implements DeviceDriver {

    private static final Architecture FACTS =
            new Architecture(
                    "${arch}",
                    "${arch} device",
                    "v1",
                    2, // cores of a device
                    16L << 30, // bytes of memory of a device
                    EnumSet.allOf(DType.class),
                    new TreeSet<>(Set.of(1)),
                    1,
                    List.of("${arch}"),
                    List.of(),
                    0);

    private final EmulatedCores cores;

    /**
     * Records what is needed later; the machine must not be asked yet.
     *
     * @param machine the machine
     * @param engine what computes
     * @param emulation how emulated cores behave beyond that
     */
    @Activate
    public ${driverClass}(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Machine machine,
            @Reference(
                            policyOption = ReferencePolicyOption.GREEDY,
                            target = "(" + Engine.FUNCTION + "=__onnx)")
                    Engine engine,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Emulation emulation) {
        cores = new EmulatedCores(FACTS, machine, engine, emulation);
    }

    @Override
    public Architecture architecture() {
        return FACTS;
    }

    @Override
    public List<DeviceInfo> devices() {
        return cores.devices();
    }

    @Override
    public CoreSession open(CoreAddress core) {
        return cores.open(core);
    }
}

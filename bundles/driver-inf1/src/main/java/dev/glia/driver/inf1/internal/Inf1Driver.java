package dev.glia.driver.inf1.internal;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Emulation;
import dev.glia.device.Engine;
import dev.glia.device.Machine;
import dev.glia.device.NeuronDriver;
import dev.glia.device.kit.CoreTypes;
import dev.glia.device.kit.EmulatedCores;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Inferentia: four NeuronCores v1 and 8 GiB of memory a device; no 8-bit floating point. */
@NeuronDriver(arch = "inf1")
@Component
public final class Inf1Driver implements DeviceDriver {

    private static final long GIB = 1L << 30;

    /** The bits that runtimes for inf1 print as supported. */
    private static final long FEATURES = 0xFFL;

    private static final Architecture INF1 =
            new Architecture(
                    "inf1",
                    "Inferentia",
                    "v1",
                    4,
                    8 * GIB,
                    CoreTypes.V1,
                    new TreeSet<>(Set.of(1)),
                    1,
                    List.of("inf1"),
                    List.of(),
                    FEATURES);

    private final EmulatedCores cores;

    /**
     * Records what is needed later.
     *
     * @param machine the machine
     * @param engine what computes for emulated cores
     * @param emulation how they behave beyond that
     */
    @Activate
    public Inf1Driver(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Machine machine,
            @Reference(
                            policyOption = ReferencePolicyOption.GREEDY,
                            target = "(" + Engine.FUNCTION + "=__onnx)")
                    Engine engine,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Emulation emulation) {
        cores = new EmulatedCores(INF1, machine, engine, emulation);
    }

    @Override
    public Architecture architecture() {
        return INF1;
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

package dev.glia.driver.trn1.internal;

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

/**
 * Trainium1: two NeuronCores v2 and 32 GiB of memory a device. Inferentia2 has the same cores, so
 * NEFFs go both ways.
 */
@NeuronDriver(arch = "trn1")
@Component
public final class Trn1Driver implements DeviceDriver {

    private static final long GIB = 1L << 30;

    /** The bits that runtimes for NEFF 1.x and 2.0 print as supported. */
    private static final long FEATURES = 0x1FFL;

    private static final Architecture TRN1 =
            new Architecture(
                    "trn1",
                    "Trainium1",
                    "v2",
                    2,
                    32 * GIB,
                    CoreTypes.V2,
                    new TreeSet<>(Set.of(1)),
                    1,
                    List.of("trn1", "inf2"),
                    List.of("inf1"),
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
    public Trn1Driver(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Machine machine,
            @Reference(
                            policyOption = ReferencePolicyOption.GREEDY,
                            target = "(" + Engine.FUNCTION + "=__onnx)")
                    Engine engine,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Emulation emulation) {
        cores = new EmulatedCores(TRN1, machine, engine, emulation);
    }

    @Override
    public Architecture architecture() {
        return TRN1;
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

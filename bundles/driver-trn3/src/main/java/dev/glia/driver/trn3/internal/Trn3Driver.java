package dev.glia.driver.trn3.internal;

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
 * Trainium3: eight NeuronCores v4 and 144 GiB of memory a device, used as logical cores of two by
 * default.
 */
@NeuronDriver(arch = "trn3")
@Component
public final class Trn3Driver implements DeviceDriver {

    private static final long GIB = 1L << 30;

    /** The bits seen in public NEFFs for trn2, and those below them. */
    private static final long FEATURES = 0x209FFFL;

    private static final Architecture TRN3 =
            new Architecture(
                    "trn3",
                    "Trainium3",
                    "v4",
                    8,
                    144 * GIB,
                    CoreTypes.V2,
                    new TreeSet<>(Set.of(1, 2)),
                    2,
                    List.of("trn3"),
                    List.of("trn2", "trn1", "inf2", "inf1"),
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
    public Trn3Driver(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Machine machine,
            @Reference(
                            policyOption = ReferencePolicyOption.GREEDY,
                            target = "(" + Engine.FUNCTION + "=__onnx)")
                    Engine engine,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Emulation emulation) {
        cores = new EmulatedCores(TRN3, machine, engine, emulation);
    }

    @Override
    public Architecture architecture() {
        return TRN3;
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

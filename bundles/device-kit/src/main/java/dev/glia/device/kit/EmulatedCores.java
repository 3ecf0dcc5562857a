package dev.glia.device.kit;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Emulation;
import dev.glia.device.Engine;
import dev.glia.device.Machine;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.util.List;

/**
 * The cores of an architecture on an emulated machine: the engine computes, the architecture's
 * rules and memory hold as on the real device. What a driver needs besides its facts.
 */
public final class EmulatedCores {

    /** What each physical core needs before any model is loaded, as the documentation says. */
    static final long MICRO_CODE = 96L << 20;

    private final Architecture architecture;
    private final Machine machine;
    private final Engine engine;
    private final Emulation emulation;
    private final SharedWeights weights = new SharedWeights();

    /**
     * Records what is needed later; touches nothing.
     *
     * @param architecture the facts of the architecture
     * @param machine the machine
     * @param engine what computes
     * @param emulation how the cores behave beyond that
     */
    public EmulatedCores(
            Architecture architecture, Machine machine, Engine engine, Emulation emulation) {
        this.architecture = architecture;
        this.machine = machine;
        this.engine = engine;
        this.emulation = emulation;
    }

    /** {@return the devices of the architecture on this machine} */
    public List<DeviceInfo> devices() {
        return machine.info().devices().stream()
                .filter(device -> device.architecture().equals(architecture.name()))
                .toList();
    }

    /**
     * Opens a core.
     *
     * @param core the core
     * @return its session
     * @throws NrtException NRT_INVALID when the architecture has no such core here, NRT_FAILURE on
     *     a machine with real devices, for which an engine is needed that drives them
     */
    public CoreSession open(CoreAddress core) {
        MachineInfo info = machine.info();
        if (!info.emulated()) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "this machine has real "
                            + architecture.deviceName()
                            + " devices, and no engine for real NeuronCores is"
                            + " installed; set GLIA_INSTANCE="
                            + architecture.name()
                            + " to emulate one");
        }
        boolean exists =
                architecture.lncSizes().contains(core.lnc())
                        && devices().stream()
                                .anyMatch(
                                        device ->
                                                device.index() == core.device()
                                                        && core.core()
                                                                < device.cores() / core.lnc());
        if (!exists) {
            throw new NrtException(
                    NrtStatus.NRT_INVALID,
                    "there is no logical NeuronCore "
                            + core
                            + " of size "
                            + core.lnc()
                            + " on this "
                            + info.instanceType()
                            + "; see \"glia ls\"");
        }
        return new EmulatedCore(
                new Admission(architecture),
                new CoreBehaviour(emulation, core),
                memory(core),
                weights,
                emulation.rules().isolated() ? engine.isolate(core) : engine);
    }

    private MemoryAccount memory(CoreAddress core) {
        return new MemoryAccount(
                core, architecture.memoryPerCore() * core.lnc(), MICRO_CODE * core.lnc());
    }
}

package dev.glia.launcher.cli;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.device.CoreAddress;
import dev.glia.device.Machine;
import dev.glia.device.MachineInfo;
import dev.glia.launcher.Glia;

import java.util.List;

/**
 * The machine and the configuration that a command works with.
 *
 * @param machine the machine
 * @param lnc physical cores per logical core
 * @param config the configuration
 */
record Host(MachineInfo machine, int lnc, RuntimeConfig config) {

    /** Discovers the machine, and tells a person who did not choose one that it is emulated. */
    static Host of(Glia glia) {
        RuntimeConfig config = glia.service(Configuration.class).current();
        MachineInfo machine = glia.service(Machine.class).info();
        if (machine.emulated() && config.instance().equals("auto")) {
            System.err.println(
                    "no Neuron device here: emulating "
                            + machine.instanceType()
                            + " (GLIA_INSTANCE chooses another; \"hardware\" insists on real ones)");
        }
        return new Host(machine, config.logicalCoreSize().orElse(machine.defaultLnc()), config);
    }

    List<CoreAddress> cores() {
        return machine.logicalCores(lnc);
    }
}

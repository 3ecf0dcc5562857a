package dev.glia.launcher.cli;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreNumbering;
import dev.glia.device.DeviceDriver;
import dev.glia.device.Machine;
import dev.glia.device.MachineInfo;
import dev.glia.launcher.Glia;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The machine and the configuration that a command works with.
 *
 * @param machine the machine
 * @param lnc physical cores per logical core
 * @param config the configuration
 * @param memory bytes of device memory of a device, where it is known
 */
record Host(MachineInfo machine, int lnc, RuntimeConfig config, Optional<Long> memory) {
    private static final long GIB = 1L << 30;

    /** Told here because it is asked on machines whose drivers need not be started for it. */
    private static final Map<String, Long> MEMORY =
            Map.of(
                    "inf1", 8 * GIB, "inf2", 32 * GIB, "trn1", 32 * GIB, "trn2", 96 * GIB, "trn3",
                    144 * GIB);

    Host(MachineInfo machine, int lnc, RuntimeConfig config) {
        this(machine, lnc, config, Optional.ofNullable(MEMORY.get(machine.architecture())));
    }

    /** Whoever only looks at the machine needs none of the others. */
    private static final Set<String> LNC =
            Set.of("NEURON_LOGICAL_NC_CONFIG", "NEURON_RT_VIRTUAL_CORE_SIZE");

    /** Discovers the machine, and tells a person who did not choose one that it is emulated. */
    static Host of(Glia glia) {
        MachineInfo machine = glia.service(Machine.class).info();
        RuntimeConfig config = glia.service(Configuration.class).current(LNC);
        if (machine.emulated() && config.instance().equals("auto")) {
            System.err.println(
                    "no Neuron device here: emulating "
                            + machine.instanceType()
                            + " (GLIA_INSTANCE chooses another; \"hardware\" insists on real ones)");
        }
        int lnc = config.logicalCoreSize().orElse(machine.defaultLnc());
        return new Host(
                machine,
                machine.lncSizes().contains(lnc) ? lnc : machine.defaultLnc(),
                config,
                memory(glia, machine.architecture()));
    }

    /** Only its driver knows another vendor's device; it is there if the machine is known. */
    private static Optional<Long> memory(Glia glia, String architecture) {
        return Optional.ofNullable(MEMORY.get(architecture))
                .or(
                        () ->
                                glia
                                        .services(
                                                DeviceDriver.class,
                                                "("
                                                        + DeviceDriver.ARCHITECTURE
                                                        + "="
                                                        + architecture
                                                        + ")")
                                        .stream()
                                        .map(driver -> driver.architecture().memoryPerDevice())
                                        .findFirst());
    }

    CoreNumbering numbering() {
        return CoreNumbering.of(machine, lnc);
    }

    /** {@return what this process sees of its host; nothing when that is all} */
    Optional<String> restriction() {
        return machine.restriction()
                .map(
                        seen ->
                                "%s; NeuronCores %s of the host are 0-%s here"
                                        .formatted(seen, numbering(), cores().size() - 1));
    }

    List<CoreAddress> cores() {
        return machine.logicalCores(lnc);
    }
}

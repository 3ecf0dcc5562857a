package dev.glia.machine.internal;

import dev.glia.config.Configuration;
import dev.glia.config.RuntimeConfig;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.Machine;
import dev.glia.device.MachineInfo;
import dev.glia.posix.StateFolder;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Finds the machine that GLIA_INSTANCE means, once; a failure is found again by each call, as its
 * cause may be cured.
 */
@Component
public final class LocalMachine implements Machine {
    private static final Logger INIT = LoggerFactory.getLogger("NRT.nrt_init");
    private static final Logger DEVICES = LoggerFactory.getLogger("TDRV.tdrv_get_dev_info");
    private static final Logger DISCOVERY = LoggerFactory.getLogger("HAL.find_machine");
    private static final Logger OPEN = LoggerFactory.getLogger("TDRV.tdrv_init_mla_phase1");

    /** The folder of all emulated instances in the state folder. */
    static final String INSTANCES = "instances";

    /** The values of GLIA_INSTANCE that name no instance. */
    private static final Set<String> OWN_NAMES = Set.of("auto", "hardware");

    /** What it needs of the configuration: others may be wrong, and it can still be looked at. */
    private static final Set<String> VARIABLES =
            Set.of(
                    "GLIA_INSTANCE",
                    "GLIA_STATE_DIR",
                    "GLIA_SYSFS_ROOT",
                    "GLIA_DEV_ROOT",
                    "GLIA_RUN_ROOT",
                    "AWS_NEURON_VISIBLE_DEVICES");

    private final Configuration configuration;
    private final Function<Path, DeviceFiles> deviceFiles;

    /**
     * Not the drivers themselves: they need this machine, and only an instance that is not known
     * here makes it necessary to ask them.
     */
    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<ComponentServiceObjects<DeviceDriver>> drivers = List.of();

    private volatile MachineInfo info;

    /**
     * Records the configuration; nothing is read yet.
     *
     * @param configuration tells the instance and the folders
     */
    @Activate
    public LocalMachine(
            @Reference(policyOption = ReferencePolicyOption.GREEDY) Configuration configuration) {
        this(configuration, DeviceFiles::in);
    }

    LocalMachine(Configuration configuration, Function<Path, DeviceFiles> deviceFiles) {
        this.configuration = configuration;
        this.deviceFiles = deviceFiles;
    }

    /** For tests. */
    LocalMachine(Configuration configuration, List<ComponentServiceObjects<DeviceDriver>> drivers) {
        this(configuration);
        this.drivers = drivers;
    }

    @Override
    public MachineInfo info() {
        MachineInfo known = info;
        return known != null ? known : discoverOnce(brought());
    }

    /**
     * Drivers are asked before the lock is taken: asking may activate one, and that may take long.
     */
    private DriverInstances brought() {
        String wanted = instance(configuration.current(VARIABLES));
        return OWN_NAMES.contains(wanted) || InstanceType.known(wanted).isPresent()
                ? DriverInstances.NONE
                : askDrivers();
    }

    private DriverInstances askDrivers() {
        // The registry lists the highest ranking last.
        List<ComponentServiceObjects<DeviceDriver>> present = drivers.reversed();
        List<DeviceDriver> held =
                present.stream().map(ComponentServiceObjects::getService).toList();
        try {
            return DriverInstances.of(held.stream().filter(Objects::nonNull).toList());
        } finally {
            for (int i = 0; i < held.size(); i++) {
                if (held.get(i) != null) {
                    present.get(i).ungetService(held.get(i));
                }
            }
        }
    }

    private static String instance(RuntimeConfig config) {
        return config.instance().strip().toLowerCase(Locale.ROOT);
    }

    private synchronized MachineInfo discoverOnce(DriverInstances brought) {
        if (info == null) {
            long start = System.nanoTime();
            info = discover(configuration.current(VARIABLES), brought);
            DISCOVERY.debug(
                    "{} ({}) with {} devices and {} NeuronCores is found after {} us, in {}",
                    info.instanceType(),
                    info.emulated() ? "emulated" : "hardware",
                    info.devices().size(),
                    info.devices().stream().mapToInt(DeviceInfo::cores).sum(),
                    TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start),
                    info.sysfs());
        }
        return info;
    }

    private MachineInfo discover(RuntimeConfig config, DriverInstances brought) {
        Path tree = config.sysfsRoot().resolve("devices/virtual/neuron_device");
        return switch (instance(config)) {
            case "hardware" -> hardware(config, tree);
            case "auto" ->
                    SysfsTree.hasDevices(tree)
                            ? hardware(config, tree)
                            : stored(config, InstanceType.DEFAULT);
            default -> stored(config, InstanceType.named(config.instance(), brought));
        };
    }

    private MachineInfo hardware(RuntimeConfig config, Path tree) {
        OldDaemon.warn(config.runRoot(), INIT);
        String version = driverVersion(config.sysfsRoot());
        SysfsTree sysfs = sysfs(tree);
        DeviceFiles files = deviceFiles.apply(config.devRoot());
        SortedSet<Integer> visible = usable(config, sysfs, files);
        Path locks =
                StateFolder.open(
                        StateFolder.open(StateFolder.open(config.stateDir()).resolve("hardware"))
                                .resolve("locks"));
        String type =
                InstanceType.seen(
                        product(config.sysfsRoot()), sysfs.family(), sysfs.devices().size());
        Optional<String> restriction =
                VisibleDevices.restriction(
                        visible,
                        sysfs.indices(),
                        config.visibleDevices().isPresent()
                                ? Optional.empty()
                                : files.missing(sysfs.indices()));
        return machine(type, sysfs, false, visible, restriction, Optional.of(version), tree, locks);
    }

    /** The devices that were given to this process, be it by name or by their files. */
    private static SortedSet<Integer> usable(
            RuntimeConfig config, SysfsTree sysfs, DeviceFiles files) {
        SortedSet<Integer> present;
        try {
            present = files.present(sysfs.indices());
        } catch (NrtException e) {
            DEVICES.error(e.reason());
            throw e;
        }
        SortedSet<Integer> visible = visible(config, present, files.missing(sysfs.indices()));
        try {
            files.requireUsable(visible);
        } catch (NrtException e) {
            OPEN.error(e.reason());
            INIT.error("Failed to initialize devices, error:1");
            throw e;
        }
        return visible;
    }

    private static SortedSet<Integer> visible(
            RuntimeConfig config, SortedSet<Integer> present, Optional<Path> missing) {
        config.visibleDevices()
                .ifPresent(wanted -> VisibleDevices.require(wanted, present, missing));
        return config.visibleDevices().orElse(present);
    }

    /** An instance whose tree and locks lie in the state folder: nearly always an emulated one. */
    private static MachineInfo stored(RuntimeConfig config, InstanceType type) {
        Path instances = StateFolder.open(StateFolder.open(config.stateDir()).resolve(INSTANCES));
        EmulatedInstance instance = EmulatedInstance.open(instances, type);
        SysfsTree sysfs =
                SysfsTree.read(instance.tree(), Family.with(type.family()), instance.remedy());
        int cores = sysfs.devices().stream().mapToInt(device -> device.cores()).sum();
        if (!sysfs.family().equals(type.family())
                || sysfs.devices().size() != type.devices()
                || cores != type.cores()) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "%s shows %s %s devices with %s cores; %s has %s %s devices with %s cores. %s"
                            .formatted(
                                    instance.tree(),
                                    sysfs.devices().size(),
                                    sysfs.family().deviceName(),
                                    cores,
                                    type.name(),
                                    type.devices(),
                                    type.family().deviceName(),
                                    type.cores(),
                                    instance.remedy()));
        }
        INIT.info(
                "{} {} in {}",
                type.emulated() ? "Emulating" : "Using",
                type.name(),
                instance.folder());
        SortedSet<Integer> visible = visible(config, sysfs.indices(), Optional.empty());
        return machine(
                type.name(),
                sysfs,
                type.emulated(),
                visible,
                VisibleDevices.restriction(visible, sysfs.indices(), Optional.empty()),
                Optional.empty(),
                instance.tree(),
                instance.locks());
    }

    private static MachineInfo machine(
            String type,
            SysfsTree sysfs,
            boolean emulated,
            SortedSet<Integer> visible,
            Optional<String> restriction,
            Optional<String> driver,
            Path tree,
            Path locks) {
        Family family = sysfs.family();
        return new MachineInfo(
                type,
                family.architecture(),
                emulated,
                VisibleDevices.of(sysfs.devices(), visible),
                family.lncSizes(),
                family.defaultLnc(),
                driver,
                tree,
                locks,
                restriction);
    }

    private static String driverVersion(Path sysfsRoot) {
        try {
            return DriverVersion.read(sysfsRoot);
        } catch (NrtException e) {
            INIT.error(e.reason());
            throw new NrtException(e.status(), e.reason() + " " + DeviceFiles.EMULATE, e);
        }
    }

    private static SysfsTree sysfs(Path tree) {
        try {
            return SysfsTree.read(
                    tree,
                    Family.ALL,
                    "Check with lsmod, dmesg and neuron-ls that the Neuron driver works. "
                            + DeviceFiles.EMULATE);
        } catch (NrtException e) {
            DEVICES.error(e.reason());
            throw e;
        }
    }

    /** EC2 writes the instance type into the firmware tables. */
    private static Optional<String> product(Path sysfsRoot) {
        try (var in =
                Files.newInputStream(sysfsRoot.resolve("devices/virtual/dmi/id/product_name"))) {
            return Optional.of(new String(in.readNBytes(64), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

package dev.glia.driver.tck;

import static dev.glia.driver.tck.Trial.require;

import dev.glia.device.Architecture;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.InstanceShape;

import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** The facts of the architecture, and the hosts and devices that have it. */
final class FactChecks {
    private static final Pattern ARCHITECTURE = Pattern.compile("[a-z][a-z0-9]{0,31}");
    private static final Pattern INSTANCE = Pattern.compile("[a-z0-9]+(?:[.-][a-z0-9]+)*");
    private static final Pattern LINE = Pattern.compile("[\\p{Graph} ]{1,64}");
    private static final int MAX_CORES = 128;
    private static final int MAX_DEVICES = 64;

    static final List<Check> ALL =
            List.of(
                    check(
                            "facts.constant",
                            "DRV-20",
                            "architecture() always tells the same",
                            FactChecks::constant),
                    check(
                            "facts.names",
                            "DRV-21",
                            "the architecture is lower-case letters and digits, its device has a"
                                    + " name",
                            FactChecks::names),
                    check(
                            "facts.cores",
                            "DRV-22",
                            "a device has 1 to 128 cores, and memory for each",
                            FactChecks::cores),
                    check(
                            "facts.dtypes",
                            "DRV-23",
                            "its cores compute with some element type",
                            FactChecks::dtypes),
                    check(
                            "facts.lnc",
                            "DRV-24",
                            "the sizes of logical cores divide the cores of a device and contain"
                                    + " the default",
                            FactChecks::lnc),
                    check(
                            "facts.accepts",
                            "DRV-25",
                            "it accepts NEFFs of its own architecture first",
                            FactChecks::accepts),
                    check(
                            "facts.legacy",
                            "DRV-26",
                            "what it accepts as legacy it does not accept anyway",
                            FactChecks::legacy),
                    check(
                            "instances.shape",
                            "DRV-27",
                            "each instance has a name that may be a folder, and links between its"
                                    + " devices",
                            FactChecks::instances),
                    check(
                            "instances.no-machine",
                            "DRV-28",
                            "instances() does not ask the machine",
                            FactChecks::instancesAskNoMachine),
                    check(
                            "devices.all",
                            "DRV-29",
                            "devices() lists the devices of the machine in their order",
                            FactChecks::devices),
                    check(
                            "devices.every-instance",
                            "DRV-29",
                            "devices() is right on each of its instances",
                            FactChecks::everyInstance),
                    check(
                            "devices.none",
                            "DRV-29",
                            "devices() is empty where there are none",
                            FactChecks::none),
                    check(
                            "devices.others",
                            "DRV-29",
                            "devices() leaves out devices of other architectures",
                            FactChecks::others));

    private FactChecks() {}

    private static Check check(String id, String requirement, String text, Check.Body body) {
        return new Check(Group.FACTS, id, requirement, text, body);
    }

    private static void constant(Trial trial) throws Exception {
        Architecture first = trial.architecture();
        Architecture later = trial.driver().architecture();
        require(first.equals(later), "first it told " + first + ", then " + later);
    }

    private static void names(Trial trial) throws Exception {
        Architecture facts = trial.architecture();
        require(
                ARCHITECTURE.matcher(facts.name()).matches(),
                "the architecture is called '" + facts.name() + "'");
        require(
                LINE.matcher(facts.deviceName()).matches()
                        && LINE.matcher(facts.coreVersion()).matches(),
                "the device is called '%s', its cores '%s'; accepted are lines of up to 64 characters"
                        .formatted(facts.deviceName(), facts.coreVersion()));
    }

    private static void cores(Trial trial) throws Exception {
        Architecture facts = trial.architecture();
        int cores = facts.coresPerDevice();
        require(cores >= 1 && cores <= MAX_CORES, "a device has " + cores + " cores");
        require(
                facts.memoryPerDevice() >= cores,
                "a device has %s bytes of memory".formatted(facts.memoryPerDevice()));
    }

    private static void dtypes(Trial trial) throws Exception {
        require(!trial.architecture().dtypes().isEmpty(), "its cores compute with no type at all");
    }

    private static void lnc(Trial trial) throws Exception {
        Architecture facts = trial.architecture();
        for (int size : facts.lncSizes()) {
            require(
                    size > 0 && facts.coresPerDevice() % size == 0,
                    "logical cores of %s do not divide the %s cores of a device"
                            .formatted(size, facts.coresPerDevice()));
        }
        require(
                facts.lncSizes().contains(facts.defaultLnc()),
                "the default %s is none of %s".formatted(facts.defaultLnc(), facts.lncSizes()));
    }

    private static void accepts(Trial trial) throws Exception {
        Architecture facts = trial.architecture();
        require(
                !facts.accepts().isEmpty() && facts.accepts().getFirst().equals(facts.name()),
                facts.name() + " accepts " + facts.accepts());
    }

    private static void legacy(Trial trial) throws Exception {
        Architecture facts = trial.architecture();
        for (String older : facts.acceptsLegacy()) {
            require(!facts.accepts().contains(older), older + " is accepted both ways");
        }
    }

    private static void instances(Trial trial) throws Exception {
        List<InstanceShape> shapes = trial.driver().instances();
        require(!shapes.isEmpty(), "there is no instance, so GLIA_INSTANCE cannot name one");
        var names = new HashSet<String>();
        for (InstanceShape shape : shapes) {
            require(
                    INSTANCE.matcher(shape.name()).matches()
                            && shape.name().length() <= 64
                            && names.add(shape.name()),
                    "an instance is called '" + shape.name() + "'");
            int devices = shape.links().size();
            require(
                    devices >= 1 && devices <= MAX_DEVICES,
                    shape.name() + " has " + devices + " devices");
            for (int device = 0; device < devices; device++) {
                links(shape, device);
            }
        }
    }

    private static void links(InstanceShape shape, int device) {
        var seen = new HashSet<Integer>();
        for (int other : shape.links().get(device)) {
            require(
                    other >= 0
                            && other < shape.links().size()
                            && other != device
                            && seen.add(other),
                    "device %s of %s is linked to %s"
                            .formatted(device, shape.name(), shape.links().get(device)));
            require(
                    shape.links().get(other).contains(device),
                    "device %s of %s is linked to %s, and %s not to %s"
                            .formatted(device, shape.name(), other, other, device));
        }
    }

    private static void instancesAskNoMachine(Trial trial) throws Exception {
        DeviceDriver driver = trial.driver();
        int before = trial.machine().asked();
        driver.instances();
        require(
                trial.machine().asked() == before,
                "instances() asked the machine, which waits for instances()");
    }

    private static void devices(Trial trial) throws Exception {
        DeviceDriver driver = trial.driver();
        List<DeviceInfo> wanted = trial.machine().info().devices();
        List<DeviceInfo> found = driver.devices();
        require(found.equals(wanted), "the machine has " + wanted + ", devices() lists " + found);
    }

    private static void everyInstance(Trial trial) throws Exception {
        for (InstanceShape shape : trial.driver().instances()) {
            trial.machine().become(trial.architecture(), shape);
            devices(trial);
        }
    }

    private static void none(Trial trial) throws Exception {
        DeviceDriver driver = trial.driver();
        trial.machine().becomeBare();
        List<DeviceInfo> found = driver.devices();
        require(found.isEmpty(), "the machine has no device, devices() lists " + found);
    }

    private static void others(Trial trial) throws Exception {
        DeviceDriver driver = trial.driver();
        trial.machine().becomeOther(trial.architecture());
        List<DeviceInfo> found = driver.devices();
        require(
                found.isEmpty(),
                "the machine has devices of another architecture, devices() lists " + found);
    }
}

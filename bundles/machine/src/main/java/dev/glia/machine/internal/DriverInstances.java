package dev.glia.machine.internal;

import dev.glia.device.Architecture;
import dev.glia.device.DeviceDriver;
import dev.glia.device.InstanceShape;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The instances that drivers bring. What a driver says becomes the name of a folder and the content
 * of files, so nothing of it is trusted.
 *
 * @param types those that are as they should be
 * @param problems what is wrong with the others, a sentence each
 */
record DriverInstances(List<InstanceType> types, List<String> problems) {

    /** No driver was asked. */
    static final DriverInstances NONE = new DriverInstances(List.of(), List.of());

    private static final int MAX_CORES = 128;

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(?:[.-][a-z0-9]+)*");
    private static final Pattern ARCHITECTURE = Pattern.compile("[a-z][a-z0-9]{0,31}");
    private static final Pattern LINE = Pattern.compile("[\\p{Graph} ]{1,64}");

    /** Asks drivers; of two instances with one name the first counts. */
    static DriverInstances of(List<DeviceDriver> drivers) {
        var types = new ArrayList<InstanceType>();
        var problems = new ArrayList<String>();
        var names = new HashSet<String>();
        for (DeviceDriver driver : drivers) {
            try {
                for (InstanceShape shape : driver.instances()) {
                    Optional<String> problem = problem(driver.architecture(), shape);
                    problem.ifPresent(what -> problems.add(complaint(driver, shape, what)));
                    if (problem.isEmpty() && names.add(shape.name())) {
                        types.add(
                                new InstanceType(
                                        shape.name(),
                                        Family.of(driver.architecture()),
                                        shape.emulated(),
                                        shape.links()));
                    }
                }
            } catch (RuntimeException | LinkageError failure) {
                problems.add(name(driver) + " does not tell its instances (" + failure + ")");
            }
        }
        return new DriverInstances(List.copyOf(types), List.copyOf(problems));
    }

    private static String complaint(DeviceDriver driver, InstanceShape shape, String what) {
        return "%s brings the instance '%s', %s"
                .formatted(name(driver), shape.name().replaceAll("\\p{Cntrl}", "?"), what);
    }

    private static String name(DeviceDriver driver) {
        return "the driver " + driver.getClass().getName();
    }

    private static Optional<String> problem(Architecture architecture, InstanceShape shape) {
        if (!NAME.matcher(shape.name()).matches() || shape.name().length() > 64) {
            return Optional.of(
                    "whose name is not up to 64 lower-case letters and digits with single dots and"
                            + " dashes between them");
        }
        if (shape.name().equals("auto") || shape.name().equals("hardware")) {
            return Optional.of("whose name has a meaning of its own");
        }
        return facts(architecture).or(() -> links(shape.links()));
    }

    private static Optional<String> facts(Architecture architecture) {
        if (!ARCHITECTURE.matcher(architecture.name()).matches()) {
            return Optional.of(
                    "whose architecture has a name that is not up to 32 lower-case letters and digits");
        }
        if (!LINE.matcher(architecture.deviceName()).matches()
                || !LINE.matcher(architecture.coreVersion()).matches()) {
            return Optional.of(
                    "whose device name or core version is not a line of up to 64 characters");
        }
        int cores = architecture.coresPerDevice();
        if (cores < 1 || cores > MAX_CORES) {
            return Optional.of(
                    "whose devices have %s cores; accepted are 1 to %s"
                            .formatted(cores, MAX_CORES));
        }
        boolean divides =
                architecture.lncSizes().stream().allMatch(lnc -> lnc > 0 && cores % lnc == 0);
        if (!divides || !architecture.lncSizes().contains(architecture.defaultLnc())) {
            return Optional.of(
                    "whose logical cores have %s physical ones, %s by default; the sizes must divide the %s cores of a device and contain the default"
                            .formatted(architecture.lncSizes(), architecture.defaultLnc(), cores));
        }
        return Optional.empty();
    }

    private static Optional<String> links(List<List<Integer>> links) {
        if (links.isEmpty() || links.size() > SysfsTree.MAX_DEVICES) {
            return Optional.of(
                    "which has %s devices; accepted are 1 to %s"
                            .formatted(links.size(), SysfsTree.MAX_DEVICES));
        }
        for (int device = 0; device < links.size(); device++) {
            var seen = new HashSet<Integer>();
            for (int other : links.get(device)) {
                if (other < 0 || other >= links.size() || other == device || !seen.add(other)) {
                    return Optional.of(
                            "whose device %s is linked to %s; accepted are other devices from 0 to %s, each once"
                                    .formatted(device, links.get(device), links.size() - 1));
                }
            }
        }
        return Optional.empty();
    }
}

package dev.glia.launcher.cli;

import dev.glia.core.CoreAllocator;
import dev.glia.core.CoreOwner;
import dev.glia.core.CoreOwner.Container;
import dev.glia.device.CoreAddress;
import dev.glia.device.DeviceInfo;
import dev.glia.launcher.Glia;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Devices, cores and the processes that own them, at one moment.
 *
 * @param host the machine
 * @param devices its devices
 * @param taken the moment
 */
record Inventory(Host host, List<Device> devices, Instant taken) {
    /**
     * A device with what belongs to it.
     *
     * @param info the device
     * @param cores its logical cores
     * @param memory bytes of device memory
     * @param place where it sits in the host
     * @param owners the processes that own cores of it
     */
    record Device(
            DeviceInfo info,
            List<Integer> cores,
            Optional<Long> memory,
            PciPlace place,
            List<Owner> owners) {}

    /**
     * A process that owns cores.
     *
     * @param pid the process, 0 when nobody can tell which it is
     * @param container where it is, if not among the processes of this one
     * @param user who runs it
     * @param command its command line
     * @param tag its process tag
     * @param since when it claimed the first of them
     * @param version its version of the runtime
     * @param cores the logical cores that it owns, of the device or of the whole machine
     * @param quarantined those of them that are out of service
     */
    record Owner(
            long pid,
            Optional<Container> container,
            String user,
            String command,
            String tag,
            Instant since,
            String version,
            List<Integer> cores,
            List<Integer> quarantined) {

        boolean known() {
            return pid > 0;
        }

        /** {@return which process it is; containers count from 1 each} */
        Object process() {
            return List.of(pid, container);
        }
    }

    /** Asks the machine and its locks. */
    static Inventory of(Glia glia, Host host) {
        return of(host, glia.service(CoreAllocator.class).owners(), Instant.now());
    }

    static Inventory of(Host host, List<CoreOwner> owners, Instant taken) {
        List<Device> devices = new ArrayList<>();
        int first = 0;
        for (DeviceInfo info : host.machine().devices()) {
            int from = first;
            int to = first + info.cores();
            devices.add(
                    new Device(
                            info,
                            host.cores().stream()
                                    .filter(core -> core.device() == info.index())
                                    .map(CoreAddress::index)
                                    .toList(),
                            host.memory(),
                            host.machine().emulated()
                                    ? PciPlace.UNKNOWN
                                    : PciPlace.of(host.config().sysfsRoot(), info),
                            processes(
                                    owners.stream()
                                            .filter(owner -> from <= owner.core())
                                            .filter(owner -> owner.core() < to)
                                            .toList(),
                                    host.lnc())));
            first = to;
        }
        return new Inventory(host, List.copyOf(devices), taken);
    }

    /** Records of cores, put together by process. */
    private static List<Owner> processes(List<CoreOwner> owners, int lnc) {
        Map<Object, List<CoreOwner>> byProcess = new LinkedHashMap<>();
        for (CoreOwner owner : owners) {
            byProcess
                    .computeIfAbsent(
                            List.of(owner.pid(), owner.container()), _ -> new ArrayList<>())
                    .add(owner);
        }
        return byProcess.values().stream()
                .map(
                        records -> {
                            CoreOwner one = records.getFirst();
                            return new Owner(
                                    one.pid(),
                                    one.container(),
                                    one.user(),
                                    one.command(),
                                    one.tag(),
                                    records.stream()
                                            .map(CoreOwner::since)
                                            .min(Instant::compareTo)
                                            .orElseThrow(),
                                    one.version(),
                                    logical(records, lnc),
                                    logical(
                                            records.stream()
                                                    .filter(CoreOwner::quarantined)
                                                    .toList(),
                                            lnc));
                        })
                .toList();
    }

    private static List<Integer> logical(List<CoreOwner> records, int lnc) {
        return records.stream().map(record -> record.core() / lnc).distinct().sorted().toList();
    }

    /** {@return how long a process has had its cores; never negative, whatever the clock did} */
    Duration age(Owner owner) {
        Duration age = Duration.between(owner.since(), taken);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** {@return the processes with all the cores that they own on this machine} */
    List<Owner> owners() {
        Map<Object, Owner> whole = new LinkedHashMap<>();
        for (Device device : devices) {
            for (Owner part : device.owners()) {
                whole.merge(part.process(), part, Inventory::together);
            }
        }
        return List.copyOf(whole.values());
    }

    private static Owner together(Owner one, Owner other) {
        List<Integer> cores = new ArrayList<>(one.cores());
        cores.addAll(other.cores());
        List<Integer> quarantined = new ArrayList<>(one.quarantined());
        quarantined.addAll(other.quarantined());
        Instant since = one.since().isBefore(other.since()) ? one.since() : other.since();
        return new Owner(
                one.pid(),
                one.container(),
                one.user(),
                one.command(),
                one.tag(),
                since,
                one.version(),
                cores,
                quarantined);
    }

    /** {@return the process that owns a core, with all its cores} */
    Optional<Owner> owner(int core) {
        return owners().stream().filter(owner -> owner.cores().contains(core)).findFirst();
    }

    /** {@return the logical cores that nobody owns} */
    List<Integer> free() {
        var free = new TreeSet<>(host.cores().stream().map(CoreAddress::index).toList());
        owners().forEach(owner -> owner.cores().forEach(free::remove));
        return List.copyOf(free);
    }
}

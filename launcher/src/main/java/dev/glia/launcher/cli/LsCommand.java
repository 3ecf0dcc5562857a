package dev.glia.launcher.cli;

import dev.glia.core.CoreAllocator;
import dev.glia.core.CoreOwner;
import dev.glia.device.CoreAddress;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.launcher.Glia;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code glia ls}: devices, cores, memory, links and owners, with the names of neuron-ls. */
@Command(
        name = "ls",
        description = "List devices, cores, memory, links and owners, as neuron-ls does.")
final class LsCommand implements Callable<Integer> {
    @Mixin private CommonOptions common;

    /** A device with what belongs to it. */
    private record Device(
            DeviceInfo info, List<Integer> cores, OptionalLong memory, List<CoreOwner> owners) {}

    @Override
    public Integer call() {
        Host host;
        List<Device> devices;
        try (Glia glia = common.start()) {
            host = Host.of(glia);
            devices = devices(glia, host);
        }
        if (common.json()) {
            System.out.println(
                    Json.write(devices.stream().map(device -> json(device, host)).toList()));
        } else {
            System.out.print(table(devices, host));
        }
        return 0;
    }

    private static List<Device> devices(Glia glia, Host host) {
        String filter = "(" + DeviceDriver.ARCHITECTURE + "=" + host.machine().architecture() + ")";
        OptionalLong memory =
                glia.services(DeviceDriver.class, filter).stream()
                        .mapToLong(driver -> driver.architecture().memoryPerDevice())
                        .findFirst();
        List<CoreOwner> owners = glia.service(CoreAllocator.class).owners();
        List<CoreAddress> cores = host.cores();
        List<Device> devices = new ArrayList<>();
        int first = 0;
        for (DeviceInfo info : host.machine().devices()) {
            int from = first;
            int to = first + info.cores();
            devices.add(
                    new Device(
                            info,
                            cores.stream()
                                    .filter(core -> core.device() == info.index())
                                    .map(CoreAddress::index)
                                    .toList(),
                            memory,
                            owners.stream()
                                    .filter(owner -> owner.core() >= from && owner.core() < to)
                                    .toList()));
            first = to;
        }
        return devices;
    }

    private static List<CoreOwner> processes(Device device) {
        return List.copyOf(
                device.owners().stream()
                        .collect(
                                Collectors.toMap(
                                        CoreOwner::pid,
                                        owner -> owner,
                                        (one, same) -> one,
                                        java.util.LinkedHashMap::new))
                        .values());
    }

    private static Object json(Device device, Host host) {
        return Json.object(
                "neuron_device", device.info().index(),
                "bdf", device.info().bdf(),
                "connected_to", device.info().connected(),
                "nc_count", device.cores().size(),
                "logical_neuroncore_config", host.lnc(),
                "memory_size", device.memory().isPresent() ? device.memory().getAsLong() : null,
                "neuroncore_ids", device.cores(),
                "neuron_processes",
                        processes(device).stream()
                                .map(
                                        owner ->
                                                Json.object(
                                                        "pid", owner.pid(),
                                                        "command", owner.command(),
                                                        "neuron_runtime_version", owner.version()))
                                .toList(),
                "emulated", host.machine().emulated());
    }

    private static String table(List<Device> devices, Host host) {
        StringBuilder text = new StringBuilder("instance-type: " + host.machine().instanceType());
        text.append(host.machine().emulated() ? " (emulated)\n" : "\n");
        if (host.machine().lncSizes().size() > 1) {
            text.append("logical-neuroncore-config: ").append(host.lnc()).append('\n');
        }
        Table table =
                new Table()
                        .row(
                                "DEVICE",
                                "CORES",
                                "CORE IDS",
                                "MEMORY",
                                "CONNECTED",
                                "PCI BDF",
                                "PID",
                                "COMMAND");
        for (Device device : devices) {
            List<CoreOwner> processes = processes(device);
            table.row(
                    device.info().index(),
                    device.cores().size(),
                    range(device.cores()),
                    device.memory().isPresent() ? (device.memory().getAsLong() >> 30) + " GB" : "?",
                    device.info().connected().isEmpty() ? "-" : join(device.info().connected()),
                    device.info().bdf().isEmpty() ? "-" : device.info().bdf(),
                    processes.isEmpty() ? "-" : processes.getFirst().pid(),
                    processes.isEmpty() ? "-" : owned(device, processes.getFirst(), host));
            processes.stream()
                    .skip(1)
                    .forEach(
                            owner ->
                                    table.row(
                                            "",
                                            "",
                                            "",
                                            "",
                                            "",
                                            "",
                                            owner.pid(),
                                            owned(device, owner, host)));
        }
        return text.append(table).toString();
    }

    /** A command line with the cores that it has of this device. */
    private static String owned(Device device, CoreOwner process, Host host) {
        List<Integer> cores =
                device.owners().stream()
                        .filter(owner -> owner.pid() == process.pid())
                        .map(owner -> owner.core() / host.lnc())
                        .distinct()
                        .toList();
        String command =
                process.command().length() > 60
                        ? process.command().substring(0, 57) + "..."
                        : process.command();
        return "nc" + range(cores) + " " + command;
    }

    private static String range(List<Integer> cores) {
        boolean contiguous =
                cores.size() > 1 && cores.getLast() - cores.getFirst() == cores.size() - 1;
        return contiguous ? cores.getFirst() + "-" + cores.getLast() : join(cores);
    }

    private static String join(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}

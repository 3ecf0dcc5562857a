package dev.glia.launcher.cli;

import dev.glia.core.CoreOwner;
import dev.glia.device.DeviceInfo;
import dev.glia.device.MachineInfo;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntFunction;

/** Machines made up for tests. */
final class Machines {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private Machines() {}

    static List<DeviceInfo> devices(
            int count, String architecture, int cores, IntFunction<List<Integer>> links) {
        List<DeviceInfo> devices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            devices.add(new DeviceInfo(i, architecture, cores, links.apply(i), ""));
        }
        return devices;
    }

    static List<Integer> line(int device, int count) {
        List<Integer> near = new ArrayList<>();
        if (device > 0) {
            near.add(device - 1);
        }
        if (device < count - 1) {
            near.add(device + 1);
        }
        return near;
    }

    /** Neighbours in a 4x4 torus, in an order of no meaning. */
    static List<Integer> torus(int device) {
        int row = device / 4;
        int column = device % 4;
        return List.of(
                (row + 3) % 4 * 4 + column,
                row * 4 + (column + 1) % 4,
                row * 4 + (column + 3) % 4,
                (row + 1) % 4 * 4 + column);
    }

    static Host host(boolean emulated, int lnc, List<DeviceInfo> devices) {
        var machine =
                new MachineInfo(
                        "test.large",
                        devices.getFirst().architecture(),
                        emulated,
                        devices,
                        new TreeSet<>(lnc == 2 ? List.of(1, 2) : List.of(1)),
                        lnc,
                        Optional.empty(),
                        Path.of("/sys"),
                        Path.of("/locks"));
        return new Host(machine, lnc, null);
    }

    /** Two inf1 devices of four cores each, linked. */
    static Host inf1() {
        return host(true, 1, devices(2, "inf1", 4, i -> line(i, 2)));
    }

    static CoreOwner owner(int core, long pid, String user, String command) {
        return new CoreOwner(
                core, pid, user, command, "tag" + pid, NOW.minusSeconds(60 + core), "2.0.1", 1);
    }

    static CoreOwner ill(int core, CoreOwner like) {
        return new CoreOwner(
                core,
                like.pid(),
                like.user(),
                like.command(),
                like.tag(),
                like.since(),
                like.version(),
                1,
                true,
                like.container());
    }

    static CoreOwner inContainer(int core, long pid, String host, long namespace) {
        CoreOwner here = owner(core, pid, "ann", "java A");
        return new CoreOwner(
                core,
                pid,
                here.user(),
                here.command(),
                here.tag(),
                here.since(),
                here.version(),
                1,
                false,
                Optional.of(new CoreOwner.Container(host, namespace)));
    }

    /** A container that sees the last two of four inf1 devices. */
    static Host hidden() {
        MachineInfo all = inf1().machine();
        return new Host(
                new MachineInfo(
                        all.instanceType(),
                        all.architecture(),
                        true,
                        List.of(
                                new DeviceInfo(0, "inf1", 4, List.of(), "", 2),
                                new DeviceInfo(1, "inf1", 4, List.of(), "", 3)),
                        all.lncSizes(),
                        1,
                        Optional.empty(),
                        all.sysfs(),
                        all.locks(),
                        Optional.of("the devices 2-3 of 4 (a test)")),
                1,
                null);
    }
}

package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.cli.Inventory.Device;
import dev.glia.launcher.cli.Inventory.Owner;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An inventory as {@code neuron-ls} prints one, and with what Glia knows beyond that: users, tags,
 * cores and ages of processes.
 *
 * @param inventory what is printed
 * @param wide whether long texts are kept whole and rarely needed columns are shown
 */
record Listing(Inventory inventory, boolean wide) {
    private static final int CLIPPED = 48;

    /** What stands for the process when nobody can tell which it is. */
    static final String UNKNOWN = "(unknown: its record is being written, or damaged)";

    String table() {
        Host host = inventory.host();
        StringBuilder text = new StringBuilder("instance-type: " + host.machine().instanceType());
        text.append(host.machine().emulated() ? " (emulated)\n" : "\n");
        if (host.machine().lncSizes().size() > 1) {
            text.append("logical-neuroncore-config: ").append(host.lnc()).append('\n');
        }
        host.restriction().ifPresent(seen -> text.append("visible: ").append(seen).append('\n'));
        boolean placed =
                inventory.devices().stream()
                        .anyMatch(device -> !device.place().equals(PciPlace.UNKNOWN));
        Table table = new Table();
        headings(table, placed);
        for (Device device : inventory.devices()) {
            List<Object> left = cells(device, placed);
            if (device.owners().isEmpty()) {
                table.row(joined(left, List.of("-")));
            }
            for (Owner owner : device.owners()) {
                table.row(joined(left, cells(owner)));
                left = Collections.nCopies(left.size(), "");
            }
        }
        return text.append(table).toString();
    }

    private static Object[] joined(List<Object> left, List<Object> right) {
        return Stream.concat(left.stream(), right.stream()).toArray();
    }

    private void headings(Table table, boolean placed) {
        List<Object> above =
                new ArrayList<>(
                        List.of("NEURON", "NEURON", "NEURON", "NEURON", "CONNECTED", "PCI"));
        List<Object> below =
                new ArrayList<>(List.of("DEVICE", "CORES", "CORE IDS", "MEMORY", "DEVICES", "BDF"));
        if (placed) {
            above.addAll(List.of("CPU", "NUMA"));
            below.addAll(List.of("AFFINITY", "NODE"));
        }
        below.addAll(List.of("PID", "USER", "TAG", "OWNS", "AGE"));
        if (wide) {
            below.addAll(List.of("SINCE", "RUNTIME VERSION"));
        }
        below.add("COMMAND");
        table.row(above.toArray()).row(below.toArray());
    }

    private static List<Object> cells(Device device, boolean placed) {
        List<Object> cells =
                new ArrayList<>(
                        List.of(
                                device.info().index(),
                                device.cores().size(),
                                CoreNumbers.text(device.cores()),
                                device.memory().map(bytes -> (bytes >> 30) + " GB").orElse("?"),
                                device.info().connected().isEmpty()
                                        ? "-"
                                        : device.info().connected().stream()
                                                .map(String::valueOf)
                                                .collect(Collectors.joining(", ")),
                                device.info().bdf().isEmpty() ? "-" : device.info().bdf()));
        if (placed) {
            cells.add(device.place().cpus().orElse("-"));
            cells.add(device.place().numaNode().orElse("-"));
        }
        return cells;
    }

    private List<Object> cells(Owner owner) {
        List<Object> cells = new ArrayList<>();
        String cores = "nc" + CoreNumbers.text(owner.cores()) + quarantine(owner);
        if (owner.known()) {
            cells.addAll(
                    List.of(
                            process(owner),
                            clip(owner.user()),
                            clip(owner.tag()),
                            cores,
                            Age.text(inventory.age(owner))));
        } else {
            cells.addAll(List.of("?", "?", "?", cores, "?"));
        }
        if (wide) {
            cells.add(owner.known() ? owner.since() : "?");
            cells.add(owner.known() ? Table.printable(owner.version()) : "?");
        }
        cells.add(owner.known() ? clip(owner.command()) : UNKNOWN);
        return cells;
    }

    /** {@return its number, and where that counts if not here: {@code 1@web-7}} */
    private String process(Owner owner) {
        return owner.pid() + owner.container().map(where -> "@" + clip(where.host())).orElse("");
    }

    /** {@return which of the cores of a process are out of service, if any} */
    static String quarantine(Owner owner) {
        return owner.quarantined().isEmpty()
                ? ""
                : " (nc" + CoreNumbers.text(owner.quarantined()) + " quarantined)";
    }

    private String clip(String text) {
        String shown = Table.printable(text);
        return wide || shown.length() <= CLIPPED ? shown : shown.substring(0, CLIPPED - 3) + "...";
    }

    String json() {
        return Json.write(inventory.devices().stream().map(this::json).toList());
    }

    private Map<String, Object> json(Device device) {
        return Json.object(
                "neuron_device", device.info().index(),
                "bdf", device.info().bdf(),
                "cpu_affinity", device.place().cpus().orElse(null),
                "numa_node", device.place().numaNode().orElse(null),
                "connected_to",
                        device.info().connected().isEmpty() ? null : device.info().connected(),
                "nc_count", device.cores().size(),
                "logical_neuroncore_config", inventory.host().lnc(),
                "memory_size", device.memory().orElse(null),
                "neuroncore_ids", device.cores(),
                "neuron_processes",
                        device.owners().stream().map(owner -> json(owner, inventory)).toList(),
                "emulated", inventory.host().machine().emulated());
    }

    /** A process with the names of {@code neuron-ls}; null stands for what nobody can tell. */
    static Map<String, Object> json(Owner owner, Inventory inventory) {
        boolean known = owner.known();
        return Json.object(
                "pid", known ? owner.pid() : null,
                "container",
                        owner.container()
                                .map(
                                        where ->
                                                Json.object(
                                                        "host", where.host(),
                                                        "pid_namespace", where.namespace()))
                                .orElse(null),
                "command", known ? owner.command() : null,
                "neuron_runtime_version", known ? owner.version() : null,
                "user", known ? owner.user() : null,
                "tag", known ? owner.tag() : null,
                "neuroncore_ids", owner.cores(),
                "quarantined_neuroncore_ids", owner.quarantined(),
                "since", known ? owner.since() : null,
                "age_seconds", known ? inventory.age(owner).toSeconds() : null);
    }
}

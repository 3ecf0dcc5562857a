package dev.glia.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.core.CoreOwner;
import dev.glia.device.DeviceInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

class ListingTest {

    @Test
    void severalProcessesOfADeviceAreSeveralLines() {
        List<String> lines =
                listing(
                                false,
                                Machines.owner(0, 41, "ann", "python a.py"),
                                Machines.owner(1, 41, "ann", "python a.py"),
                                Machines.owner(3, 42, "bob", "java -jar b.jar"),
                                Machines.owner(4, 42, "bob", "java -jar b.jar"))
                        .table()
                        .lines()
                        .toList();

        assertThat(lines.get(0)).isEqualTo("instance-type: test.large (emulated)");
        assertThat(lines.get(2)).matches("DEVICE +CORES +CORE IDS +MEMORY +DEVICES +BDF +PID .*");
        assertThat(lines.get(3))
                .matches("0 +4 +0-3 +8 GB +1 +- +41 +ann +tag41 +nc0-1 +1m 1s +python a.py");
        assertThat(lines.get(4)).matches(" +42 +bob +tag42 +nc3 +1m 3s +java -jar b.jar");
        assertThat(lines.get(5)).matches("1 +4 +4-7 .* 42 +bob +tag42 +nc4 +1m 4s .*");
        assertThat(lines).hasSize(6);
    }

    @Test
    void saysThatAnOwnerIsUnknown() {
        Listing listing = listing(false, Machines.owner(2, 0, "", ""));

        assertThat(listing.table()).contains("nc2").contains(Listing.UNKNOWN);
        assertThat(listing.json())
                .contains("\"pid\":null,\"container\":null,\"command\":null")
                .contains(
                        "\"neuroncore_ids\":[2],\"quarantined_neuroncore_ids\":[],\"since\":null,\"age_seconds\":null");
    }

    @Test
    void showsForeignTextsHarmlessly() {
        String table =
                listing(true, Machines.owner(0, 7, "eve", "x\033[2Jy\nz\u202e" + "w".repeat(100)))
                        .table();

        assertThat(table).contains("x?[2Jy?z?" + "w".repeat(100)).doesNotContain("\033");
        assertThat(listing(false, Machines.owner(0, 7, "eve", "w".repeat(100))).table())
                .contains("w...")
                .doesNotContain("w".repeat(60));
    }

    @Test
    void showsMoreWhenItMay() {
        assertThat(listing(true, Machines.owner(0, 7, "ann", "x")).table())
                .contains("SINCE", "2026-01-02T03:03:05Z", "RUNTIME VERSION", "2.0.1");
    }

    @Test
    void theJsonHasTheNamesOfNeuronLs() {
        assertThat(listing(false, Machines.owner(5, 42, "bob", "b")).json())
                .startsWith(
                        "[{\"neuron_device\":0,\"bdf\":\"\",\"cpu_affinity\":null,\"numa_node\":null,"
                                + "\"connected_to\":[1],\"nc_count\":4,\"logical_neuroncore_config\":1,"
                                + "\"memory_size\":8589934592,\"neuroncore_ids\":[0,1,2,3],"
                                + "\"neuron_processes\":[],\"emulated\":true},")
                .endsWith(
                        "\"neuron_processes\":[{\"pid\":42,\"container\":null,\"command\":\"b\",\"neuron_runtime_version\":\"2.0.1\","
                                + "\"user\":\"bob\",\"tag\":\"tag42\",\"neuroncore_ids\":[5],"
                                + "\"quarantined_neuroncore_ids\":[],\"since\":\"2026-01-02T03:03:00Z\",\"age_seconds\":65}],\"emulated\":true}]");
    }

    /** Two containers: both call their process 1. */
    @Test
    void tellsOwnersOfOtherContainers() {
        CoreOwner one = Machines.inContainer(0, 1, "web-1", 4026532613L);
        CoreOwner other = Machines.inContainer(1, 1, "web-2", 4026532700L);
        Listing listing = listing(false, one, other, Machines.owner(2, 1, "ann", "init"));

        assertThat(listing.table().lines())
                .anyMatch(line -> line.matches("0 .* 1@web-1 +ann +tag1 +nc0 +1m 0s +java A"))
                .anyMatch(line -> line.matches(" +1@web-2 +ann +tag1 +nc1 +1m 1s +java A"))
                .anyMatch(line -> line.matches(" +1 +ann +tag1 +nc2 +1m 2s +init"));
        assertThat(listing.json())
                .contains(
                        "{\"pid\":1,\"container\":{\"host\":\"web-1\",\"pid_namespace\":4026532613},\"command\":\"java A\"");
        assertThat(listing.inventory().owner(1).orElseThrow().cores()).containsExactly(1);
    }

    @Test
    void saysWhatAContainerSees() {
        Host host = Machines.hidden();

        assertThat(new Listing(Inventory.of(host, List.of(), Machines.NOW), false).table())
                .contains(
                        "\nvisible: the devices 2-3 of 4 (a test); NeuronCores 8-15 of the host are 0-7 here\n");
    }

    @Test
    void aDeviceWithoutLinksHasNoneAsInNeuronLs() {
        Host host = Machines.host(true, 1, Machines.devices(1, "inf1", 4, i -> List.of()));

        assertThat(new Listing(Inventory.of(host, List.of(), Machines.NOW), false).json())
                .contains("\"connected_to\":null,");
    }

    @Test
    void countsLogicalCores() {
        Host host = Machines.host(true, 2, Machines.devices(2, "trn2", 8, i -> List.of()));
        Inventory inventory =
                Inventory.of(
                        host,
                        List.of(
                                Machines.owner(8, 5, "ann", "a"),
                                Machines.owner(9, 5, "ann", "a"),
                                Machines.owner(15, 6, "ann", "b")),
                        Machines.NOW);

        assertThat(inventory.devices().getFirst().owners()).isEmpty();
        assertThat(inventory.devices().getLast().cores()).containsExactly(4, 5, 6, 7);
        assertThat(inventory.owner(4).orElseThrow().cores()).containsExactly(4);
        assertThat(inventory.owner(7).orElseThrow().pid()).isEqualTo(6);
        assertThat(inventory.free()).containsExactly(0, 1, 2, 3, 5, 6);
        assertThat(new Listing(inventory, false).table()).contains("logical-neuroncore-config: 2");
    }

    @Test
    void readsWhereARealDeviceSits(@TempDir Path sysfs) throws IOException {
        Path pci = Files.createDirectories(sysfs.resolve("bus/pci/devices/0000:00:1e.0"));
        Files.writeString(pci.resolve("local_cpulist"), "0-7\n");
        Files.writeString(pci.resolve("numa_node"), "-1\n");
        var device = new DeviceInfo(0, "trn1", 2, List.of(), "00:1e.0");
        Host host = Machines.host(false, 1, List.of(device));
        Listing listing =
                new Listing(
                        new Inventory(
                                host,
                                List.of(
                                        new Inventory.Device(
                                                device,
                                                List.of(0, 1),
                                                Optional.of(1L << 35),
                                                PciPlace.of(sysfs, device),
                                                List.of())),
                                Machines.NOW),
                        false);

        assertThat(listing.json())
                .contains("\"cpu_affinity\":\"0-7\",\"numa_node\":\"-1\"")
                .contains("\"emulated\":false");
        assertThat(listing.table()).contains("AFFINITY", "NODE", "0-7").doesNotContain("emulated");
    }

    @Test
    void aQuarantinedCoreIsShown() {
        CoreOwner well = Machines.owner(2, 42, "bob", "b");
        CoreOwner ill = Machines.ill(3, well);
        CoreOwner other = Machines.ill(4, well);

        assertThat(listing(false, well, ill).table()).contains("nc2-3 (nc3 quarantined)");
        assertThat(listing(false, well, ill).json())
                .contains("\"neuroncore_ids\":[2,3],\"quarantined_neuroncore_ids\":[3]");
        Inventory whole = Inventory.of(Machines.inf1(), List.of(well, ill, other), Machines.NOW);
        assertThat(whole.owner(2).orElseThrow().quarantined()).containsExactly(3, 4);
        assertThat(new Answer(whole, new CoreNumbers.Run(2, 2)).text())
                .contains("nc2-4 (nc3-4 quarantined)");
    }

    @Test
    void anAgeIsNeverNegative() {
        CoreOwner later = new CoreOwner(0, 1, "a", "b", "c", Machines.NOW.plusSeconds(9), "1", 1);
        Inventory inventory = Inventory.of(Machines.inf1(), List.of(later), Machines.NOW);
        assertThat(inventory.age(inventory.owners().getFirst())).isZero();
    }

    private static Listing listing(boolean wide, CoreOwner... owners) {
        return new Listing(Inventory.of(Machines.inf1(), List.of(owners), Machines.NOW), wide);
    }
}

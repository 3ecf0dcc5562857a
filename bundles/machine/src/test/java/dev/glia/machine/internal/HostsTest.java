package dev.glia.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.CoreAddress;
import dev.glia.device.CoreNumbering;
import dev.glia.device.DeviceInfo;
import dev.glia.device.MachineInfo;
import dev.glia.machine.internal.FakeHost.Model;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Hosts with hardware, as complete as their kernels show them. */
class HostsTest {
    @TempDir private Path temp;

    private FakeHost host;

    @BeforeEach
    void newHost() {
        host = new FakeHost(temp);
        RecordedLog.LINES.clear();
    }

    @ParameterizedTest
    @CsvSource({
        "INF1, inf1.xlarge, 1, 4, 1, inf1",
        "INF1, inf1.2xlarge, 1, 4, 1, inf1",
        "INF1, inf1.6xlarge, 4, 16, 1, inf1",
        "INF1, inf1.24xlarge, 16, 64, 1, inf1",
        "INF2, inf2.xlarge, 1, 2, 1, inf2",
        "INF2, inf2.24xlarge, 6, 12, 1, inf2",
        "INF2, inf2.48xlarge, 12, 24, 1, inf2",
        "TRN1, trn1.2xlarge, 1, 2, 1, trn1",
        "TRN1, trn1.32xlarge, 16, 32, 1, trn1",
        "TRN1, trn1n.32xlarge, 16, 32, 1, trn1",
        "TRN2, trn2.48xlarge, 16, 128, 2, trn2",
        "TRN2, trn2u.48xlarge, 16, 128, 2, trn2",
    })
    void everyHostIsRecognised(
            Model model, String type, int devices, int cores, int lnc, String architecture)
            throws IOException {
        host.driver("2.24.7.0").product(type);
        InstanceType known = InstanceType.named(type, DriverInstances.NONE);
        for (int i = 0; i < devices; i++) {
            host.device(i, model, links(known, i));
        }

        MachineInfo info = machine(Optional.empty()).info();

        assertThat(info.instanceType()).isEqualTo(type);
        assertThat(info.architecture()).isEqualTo(architecture);
        assertThat(info.emulated()).isFalse();
        assertThat(info.restriction()).isEmpty();
        assertThat(info.driverVersion()).contains("2.24.7.0");
        assertThat(info.physicalCores()).isEqualTo(cores);
        assertThat(info.defaultLnc()).isEqualTo(lnc);
        assertThat(info.logicalCores(lnc)).hasSize(cores / lnc);
        for (DeviceInfo device : info.devices()) {
            int i = device.index();
            assertThat(device.hostIndex()).isEqualTo(i);
            assertThat(device.connected()).isEqualTo(known.links().get(i));
            assertThat(device.bdf()).isEqualTo("%02x:1e.0".formatted(0x10 + i));
        }
        assertThat(RecordedLog.LINES).isEmpty();
    }

    @Test
    void withoutPermissionItSaysWhichFileAndWhatToDo() throws IOException {
        host.driver("2.24.7.0").device(0, Model.TRN1, "1").device(1, Model.TRN1, "0");
        var machine =
                new LocalMachine(
                        configuration(Optional.empty()),
                        folder -> new DeviceFiles(folder, file -> !file.endsWith("neuron1")));

        assertThatThrownBy(machine::info)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_FAILURE))
                .hasMessageContaining(
                        "Could not open the nd1: this user has no permission to read and write "
                                + host.dev(1))
                .hasMessageContaining("owner ")
                .hasMessageContaining("chmod 666 " + host.dev(1))
                .hasMessageContaining("Please check /dev/neuron# is accessible.");
        assertThat(RecordedLog.LINES).hasSize(2);
        assertThat(RecordedLog.LINES.get(0))
                .startsWith("ERROR TDRV.tdrv_init_mla_phase1 Could not open the nd1");
        assertThat(RecordedLog.LINES.get(1))
                .isEqualTo("ERROR NRT.nrt_init Failed to initialize devices, error:1");
    }

    @Test
    void permissionIsWhatTheKernelSays() throws IOException {
        Path file = Files.createFile(temp.resolve("neuron0"));
        var files = DeviceFiles.in(temp);
        files.requireUsable(set(0));
        file.toFile().setReadOnly();
        if (!Files.isWritable(file)) { // root may write to anything
            assertThatThrownBy(() -> files.requireUsable(set(0)))
                    .hasMessageContaining("no permission");
        }
    }

    @Test
    void devicesThatWereNotPassedToTheContainerAreMissing() throws IOException {
        host.driver("2.24.7.0").device(0, Model.TRN1, "").device(1, Model.TRN1, "");
        Files.delete(host.dev(0));

        assertThat(machine(Optional.empty()).info().devices())
                .singleElement()
                .satisfies(device -> assertThat(device.hostIndex()).isEqualTo(1))
                .satisfies(device -> assertThat(device.index()).isZero());
        assertThat(machine(Optional.empty()).info().restriction())
                .contains("the device 1 of 2 (" + host.dev(0) + " is missing)");
        assertThatThrownBy(machine(Optional.of(set(0)))::info)
                .hasMessageContaining(
                        "AWS_NEURON_VISIBLE_DEVICES=0: there are the Neuron devices 1 ("
                                + host.dev(0)
                                + " is missing).");

        Files.delete(host.dev(1));
        assertThatThrownBy(machine(Optional.empty())::info)
                .hasMessageContaining("NRT_FAILURE")
                .hasMessageContaining(
                        "No neuron device available: the driver shows 2, but "
                                + host.dev(0)
                                + " is missing.")
                .hasMessageContaining("--device /dev/neuron#")
                .as("auto does not help here")
                .hasMessageContaining("set GLIA_INSTANCE to the type of an instance");
        assertThat(RecordedLog.LINES.getLast())
                .startsWith("ERROR TDRV.tdrv_get_dev_info No neuron device available");
    }

    @Test
    void visibleDevicesAreSeenRenumbered() throws IOException {
        host.driver("2.24.7.0");
        for (int i = 0; i < 6; i++) {
            host.device(
                    i,
                    Model.INF2,
                    links(InstanceType.named("inf2.24xlarge", DriverInstances.NONE), i));
        }

        MachineInfo info = machine(Optional.of(set(2, 3))).info();

        assertThat(info.devices())
                .containsExactly(
                        new DeviceInfo(0, "inf2", 2, List.of(1), "12:1e.0", 2),
                        new DeviceInfo(1, "inf2", 2, List.of(0), "13:1e.0", 3));
        assertThat(info.restriction())
                .contains("the devices 2-3 of 6 (AWS_NEURON_VISIBLE_DEVICES)");
        assertThat(CoreNumbering.of(info, 1).host()).containsExactly(4, 5, 6, 7);
        assertThat(info.logicalCores(1)).extracting(CoreAddress::index).containsExactly(0, 1, 2, 3);
        assertThat(info.logicalCores(1))
                .extracting(CoreAddress::device)
                .containsExactly(0, 0, 1, 1);
    }

    @Test
    void visibleDevicesWithoutPermissionMatterOnlyWhereTheyAreVisible() throws IOException {
        host.driver("2.24.7.0").device(0, Model.TRN1, "").device(1, Model.TRN1, "");
        var machine =
                new LocalMachine(
                        configuration(Optional.of(set(1))),
                        folder -> new DeviceFiles(folder, file -> !file.endsWith("neuron0")));

        assertThat(machine.info().devices()).hasSize(1);
    }

    @Test
    void aVisibleDeviceThatIsNotThereIsRefused() throws IOException {
        host.driver("2.24.7.0").device(0, Model.TRN1, "").device(1, Model.TRN1, "");

        assertThatThrownBy(machine(Optional.of(set(1, 2)))::info)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining(
                        "AWS_NEURON_VISIBLE_DEVICES=1-2: there are the Neuron devices 0-1.");
    }

    @Test
    void emulatedDevicesMayBeHiddenToo() {
        var machine =
                new LocalMachine(
                        new FixedConfiguration(
                                "inf1.6xlarge",
                                temp.resolve("state"),
                                host.sys(),
                                Optional.of(set(1, 2, 3))));

        assertThat(machine.info().devices())
                .extracting(DeviceInfo::hostIndex)
                .containsExactly(1, 2, 3);
        assertThat(machine.info().devices().getFirst().connected()).containsExactly(1);
        assertThat(machine.info().physicalCores()).isEqualTo(12);
    }

    @Test
    void theDaemonOfRuntimeOneIsReportedAndTolerated() throws IOException {
        host.driver("2.24.7.0").device(0, Model.TRN1, "");
        Files.createDirectories(host.run());
        Path socket = host.run().resolve("neuron.sock");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThat(machine(Optional.empty()).info().physicalCores()).isEqualTo(2);
        }
        assertThat(RecordedLog.LINES).hasSize(1);
        assertThat(RecordedLog.LINES.getFirst())
                .startsWith("WARN NRT.nrt_init neuron-rtd seems to run: its socket " + socket)
                .contains("sudo systemctl stop neuron-rtd");
    }

    @Test
    void aFileOfThatNameIsNoDaemonAndEmulationNeedsNone() throws IOException {
        host.driver("2.24.7.0").device(0, Model.TRN1, "");
        Files.createDirectories(host.run());
        Files.createFile(host.run().resolve("neuron.sock"));

        machine(Optional.empty()).info();

        assertThat(RecordedLog.LINES).isEmpty();
    }

    private static String links(InstanceType type, int device) {
        var links = new ArrayList<String>();
        type.links().get(device).forEach(link -> links.add("" + link));
        return String.join(", ", links);
    }

    private static SortedSet<Integer> set(Integer... values) {
        return new TreeSet<>(List.of(values));
    }

    private FixedConfiguration configuration(Optional<SortedSet<Integer>> visible) {
        return new FixedConfiguration("auto", temp.resolve("state"), host.sys(), visible);
    }

    private LocalMachine machine(Optional<SortedSet<Integer>> visible) {
        return new LocalMachine(configuration(visible));
    }
}

package dev.glia.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.DeviceInfo;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class HardwareMachineTest {
    @TempDir private Path temp;

    @ParameterizedTest
    @CsvSource({
        "Inf1,Inferentia,4,4,inf1,inf1.6xlarge,1",
        "Inf2,Inferentia2,12,2,inf2,inf2.48xlarge,1",
        "Trn1,Trainium1,16,2,trn1,trn1.32xlarge,1",
        "Trn2,Trainium2,16,8,trn2,trn2.48xlarge,2",
    })
    void readsTheTreeOfTheDriver(
            String instance,
            String device,
            int devices,
            int cores,
            String architecture,
            String type,
            int lnc)
            throws IOException {
        driver("2.24.7.0\n");
        for (int i = 0; i < devices; i++) {
            device(
                    i,
                    instance,
                    device,
                    Integer.toString(cores),
                    (i + 1) % devices + ", " + (i + devices - 1) % devices);
        }

        MachineInfo info = machine("auto").info();

        assertThat(info.emulated()).isFalse();
        assertThat(info.architecture()).isEqualTo(architecture);
        assertThat(info.instanceType()).isEqualTo(type);
        assertThat(info.driverVersion()).contains("2.24.7.0");
        assertThat(info.physicalCores()).isEqualTo(devices * cores);
        assertThat(info.defaultLnc()).isEqualTo(lnc);
        assertThat(info.devices()).extracting(DeviceInfo::index).isSorted().hasSize(devices);
        assertThat(info.devices().getFirst().connected()).containsExactly(1, devices - 1);
        assertThat(info.locks()).isEqualTo(temp.resolve("state/hardware/locks")).isDirectory();
        assertThat(info.sysfs()).isEqualTo(tree());
    }

    @Test
    void firmwareAndPciLinkAreUsedWhereTheyAre() throws IOException {
        driver("2.1.5.0");
        Path folder = device(0, "Inf1", "Inferentia", "4", "");
        Files.createSymbolicLink(
                folder.resolve("device"), Path.of("../../../pci0000:00/0000:00:1f.0"));
        Path dmi = Files.createDirectories(temp.resolve("sys/devices/virtual/dmi/id"));
        Files.writeString(dmi.resolve("product_name"), "inf1.2xlarge\n");

        MachineInfo info = machine("hardware").info();

        assertThat(info.instanceType()).isEqualTo("inf1.2xlarge");
        assertThat(info.devices())
                .containsExactly(new DeviceInfo(0, "inf1", 4, List.of(), "00:1f.0"));
    }

    @Test
    void aNumberOfDevicesThatNoTypeHasIsNoError() throws IOException {
        driver("2.1");
        for (int i = 0; i < 3; i++) {
            device(i, "Trn1", "Trainium1", "2", "");
        }

        assertThat(machine("hardware").info().instanceType()).isEqualTo("trn1");
    }

    @Test
    void whatLibnrtLogsIsLoggedUnderItsNames() throws IOException {
        RecordedLog.LINES.clear();
        assertThatThrownBy(machine("hardware")::info).isInstanceOf(NrtException.class);
        driver("1.9");
        assertThatThrownBy(machine("hardware")::info).isInstanceOf(NrtException.class);
        driver("2.9");
        assertThatThrownBy(machine("hardware")::info).isInstanceOf(NrtException.class);

        assertThat(RecordedLog.LINES).hasSize(3);
        assertThat(RecordedLog.LINES.get(0))
                .isEqualTo(
                        "ERROR NRT.nrt_init Unable to determine Neuron Driver version. Please check aws-neuron-dkms"
                                + " package is installed.");
        assertThat(RecordedLog.LINES.get(1))
                .isEqualTo(
                        "ERROR NRT.nrt_init This runtime requires Neuron Driver version 2.0 or greater. Please"
                                + " upgrade aws-neuron-dkms package.");
        assertThat(RecordedLog.LINES.get(2))
                .startsWith("ERROR TDRV.tdrv_get_dev_info No neuron device available");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "hardware"})
    void withoutDriverItSaysSoLikeLibnrt(String instance) throws IOException {
        device(0, "Trn1", "Trainium1", "2", "");

        assertThatThrownBy(machine(instance)::info)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> {
                            assertThat(e.status()).isEqualTo(NrtStatus.NRT_FAILURE);
                            assertThat(e.reason())
                                    .startsWith(
                                            "Unable to determine Neuron Driver version. Please check aws-neuron-dkms package is installed. ")
                                    .contains("set GLIA_INSTANCE to the type of an instance");
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "neuron", "2", "-1.2", "2.\u0007", "99999999999.1"})
    void aVersionThatIsNoneIsNoVersion(String version) throws IOException {
        driver(version);
        device(0, "Trn1", "Trainium1", "2", "");

        assertThatThrownBy(machine("hardware")::info)
                .hasMessageContaining("Unable to determine Neuron Driver version.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.9.9", "0.1", "1.12.2.0-abcdef"})
    void anOldDriverIsRefusedLikeLibnrtDoes(String version) throws IOException {
        driver(version);
        device(0, "Inf1", "Inferentia", "4", "");

        assertThatThrownBy(machine("hardware")::info)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e ->
                                assertThat(e.reason())
                                        .startsWith(
                                                "This runtime requires Neuron Driver version 2.0 or greater. Please upgrade aws-neuron-dkms package."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.0", "2.1.5.0", "2.9.4.0-a1b2c3d", "10.0.0"})
    void newerDriversPass(String version) throws IOException {
        driver(version);
        device(0, "Trn1", "Trainium1", "2", "");

        assertThat(machine("hardware").info().driverVersion()).contains(version);
    }

    @Test
    void aDriverWithoutDevicesIsNoMachine() throws IOException {
        driver("2.24.7.0");

        assertThatThrownBy(machine("hardware")::info)
                .hasMessageContaining("NRT_FAILURE (1): No neuron device available")
                .hasMessageContaining(tree().toString())
                .hasMessageContaining("set GLIA_INSTANCE to the type of an instance");
    }

    @Test
    void devicesOfTwoArchitecturesAreRefused() throws IOException {
        driver("2.24.7.0");
        device(0, "Trn1", "Trainium1", "2", "1");
        device(1, "Trn2", "Trainium2", "8", "0");

        assertThatThrownBy(machine("hardware")::info)
                .hasMessageContaining("names another architecture");
    }

    @Test
    void aDeviceNumberBeyondTheDriverIsRefused() throws IOException {
        driver("2.24.7.0");
        device(64, "Trn1", "Trainium1", "2", "");

        assertThatThrownBy(machine("hardware")::info)
                .hasMessageContaining("neuron64")
                .hasMessageContaining("63");
    }

    private Path tree() {
        return temp.resolve("sys/devices/virtual/neuron_device");
    }

    private void driver(String version) throws IOException {
        Path module = Files.createDirectories(temp.resolve("sys/module/neuron"));
        Files.writeString(module.resolve("version"), version);
    }

    private Path device(int index, String instance, String device, String cores, String links)
            throws IOException {
        Files.createDirectories(temp.resolve("dev"));
        Files.createFile(temp.resolve("dev/neuron" + index));
        Path folder = tree().resolve("neuron" + index);
        Path architecture = Files.createDirectories(folder.resolve("info/architecture"));
        Files.writeString(folder.resolve("core_count"), cores);
        Files.writeString(folder.resolve("connected_devices"), links + "\n");
        Files.writeString(architecture.resolve("arch_type"), "NDv3\n");
        Files.writeString(architecture.resolve("instance_type"), instance + "\n");
        Files.writeString(architecture.resolve("device_name"), device + "\n");
        return folder;
    }

    private LocalMachine machine(String instance) {
        return new LocalMachine(
                new FixedConfiguration(instance, temp.resolve("state"), temp.resolve("sys")));
    }
}

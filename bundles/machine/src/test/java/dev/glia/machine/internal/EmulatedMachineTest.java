package dev.glia.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.glia.core.ProcessIdentity;
import dev.glia.device.DeviceInfo;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

class EmulatedMachineTest {
    @TempDir private Path temp;

    private Path state;

    @BeforeEach
    void newState() {
        state = temp.resolve("a folder/state");
    }

    @ParameterizedTest
    @CsvSource({
        "inf1.xlarge,inf1,1,4,1",
        "inf1.2xlarge,inf1,1,4,1",
        "inf1.6xlarge,inf1,4,16,1",
        "inf1.24xlarge,inf1,16,64,1",
        "inf2.xlarge,inf2,1,2,1",
        "inf2.8xlarge,inf2,1,2,1",
        "inf2.24xlarge,inf2,6,12,1",
        "inf2.48xlarge,inf2,12,24,1",
        "trn1.2xlarge,trn1,1,2,1",
        "trn1.32xlarge,trn1,16,32,1",
        "trn1n.32xlarge,trn1,16,32,1",
        "trn2.3xlarge,trn2,1,8,2",
        "trn2.48xlarge,trn2,16,128,2",
        "trn2u.48xlarge,trn2,16,128,2",
        "trn3-gen1,trn3,16,128,2",
        "trn3-gen2,trn3,4,32,2",
    })
    void everyTypeHasItsDevicesAndCores(
            String type, String architecture, int devices, int cores, int lnc) {
        MachineInfo info = machine(type).info();

        assertThat(info.instanceType()).isEqualTo(type);
        assertThat(info.architecture()).isEqualTo(architecture);
        assertThat(info.emulated()).isTrue();
        assertThat(info.driverVersion()).isEmpty();
        assertThat(info.devices())
                .hasSize(devices)
                .allSatisfy(
                        device -> {
                            assertThat(device.architecture()).isEqualTo(architecture);
                            assertThat(device.bdf()).matches("[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]");
                        });
        assertThat(info.devices()).extracting(DeviceInfo::bdf).doesNotHaveDuplicates();
        assertThat(info.physicalCores()).isEqualTo(cores);
        assertThat(info.defaultLnc()).isEqualTo(lnc);
        assertThat(info.lncSizes()).isEqualTo(lnc == 2 ? Set.of(1, 2) : Set.of(1));
        assertThat(info.logicalCores(info.defaultLnc())).hasSize(cores / lnc);
    }

    @Test
    void theTreeIsTheOneOfTheDriver() throws IOException {
        MachineInfo info = machine("trn2.48xlarge").info();

        Path device = info.sysfs().resolve("neuron5");
        assertThat(info.sysfs()).isEqualTo(state.resolve("instances/trn2.48xlarge/neuron_device"));
        assertThat(device.resolve("core_count")).hasContent("8");
        assertThat(Files.size(device.resolve("core_count"))).isEqualTo(1);
        assertThat(device.resolve("connected_devices")).hasContent("1, 4, 9, 6\n");
        assertThat(device.resolve("info/architecture/arch_type")).hasContent("NDv3\n");
        assertThat(device.resolve("info/architecture/instance_type")).hasContent("Trn2\n");
        assertThat(device.resolve("info/architecture/device_name")).hasContent("Trainium2\n");
        assertThat(device.resolve("info/serial_number")).content().matches("[0-9a-f]{16}\n");
        assertThat(device.resolve("neuron_core7/info/architecture/arch_type")).hasContent("NCv3\n");
        assertThat(device.resolve("neuron_core8")).doesNotExist();
        assertThat(machine("inf1").info().sysfs().resolve("neuron0/info/serial_number"))
                .as("Inferentia has no serial number")
                .doesNotExist();
    }

    @Test
    void linksFollowTheTopologyOfTheType() {
        assertThat(machine("inf2.24xlarge").info().devices().get(3).connected())
                .containsExactly(2, 4);
        assertThat(machine("trn1.2xlarge").info().devices().getFirst().connected()).isEmpty();
        assertThat(machine("trn3-gen1").info().devices().getFirst().connected()).isEmpty();
    }

    @Test
    void autoEmulatesTheSmallestTrainiumWhereThereIsNoDevice() {
        assertThat(machine("AUTO").info().instanceType()).isEqualTo("trn1.2xlarge");
    }

    @Test
    void theInstanceIsMadeOnceAndKept() throws IOException {
        Path counter = machine("trn1.2xlarge").info().sysfs().resolve("neuron0/info/note");
        Files.writeString(counter, "7\n");

        machine("trn1.2xlarge").info();

        assertThat(counter).hasContent("7\n");
        assertThat(state.resolve("instances")).isDirectoryNotContaining("glob:**.building-*");
    }

    @Test
    void nobodyElseMayEnter() throws IOException {
        MachineInfo info = machine("inf1.xlarge").info();

        for (Path folder :
                List.of(
                        state,
                        state.resolve("instances"),
                        info.sysfs().getParent(),
                        info.locks())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .as("%s", folder)
                    .isEqualTo("rwx------");
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "instances", "instances/trn1.2xlarge", "instances/trn1.2xlarge/locks"})
    void aSymbolicLinkIsRefused(String part) throws IOException {
        machine("trn1.2xlarge").info();
        Path folder = state.resolve(part);
        Path elsewhere = temp.resolve("elsewhere");
        Files.move(folder, elsewhere);
        Files.createSymbolicLink(folder, elsewhere);

        assertThatThrownBy(machine("trn1.2xlarge")::info)
                .hasMessageContaining("NRT_INVALID")
                .hasMessageContaining(
                        folder + " is not safe: it is a symbolic link to " + elsewhere)
                .hasMessageContaining("GLIA_STATE_DIR");
    }

    @Test
    void aDanglingLinkIsRefusedAndNotFollowed() throws IOException {
        Files.createDirectories(state.getParent());
        Files.createSymbolicLink(state, temp.resolve("nowhere"));

        assertThatThrownBy(machine("trn1.2xlarge")::info).hasMessageContaining("symbolic link");
        assertThat(temp.resolve("nowhere")).doesNotExist();
    }

    @Test
    void aFileIsRefused() throws IOException {
        Files.createDirectories(state.getParent());
        Files.createFile(state);

        assertThatThrownBy(machine("trn1.2xlarge")::info).hasMessageContaining("it is a file");
    }

    @Test
    void aFolderThatOthersMayWriteToIsRefused() throws IOException {
        Files.createDirectories(state);
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(machine("trn1.2xlarge")::info).hasMessageContaining("chmod 700");
    }

    @Test
    void theFolderOfAnotherUserIsRefused() throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "only root may give folders away");
        Files.createDirectories(state);
        Files.setAttribute(state, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);

        assertThatThrownBy(machine("trn1.2xlarge")::info).hasMessageContaining("belongs to user ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "core_count|four|core_count says 'four'; a device has 1 to 8 cores",
                "core_count|''|core_count says ''; a device has 1 to 8 cores",
                "core_count|99999999999999|core_count says '99999999999999'; a device has 1 to 8 cores",
                "core_count|9|core_count says '9'",
                "core_count|-2|core_count says '-2'",
                "connected_devices|1, 2, x|connected_devices says '1, 2, x'",
                "connected_devices|1, 99|connected_devices says '1, 99'",
                "connected_devices|1, 1|connected_devices says '1, 1'",
                "connected_devices|0|connected_devices says '0'",
                "connected_devices|1,,2|connected_devices says '1,,2'",
                "info/architecture/instance_type|Quantum1|instance_type says 'Quantum1'; known are Inf1, Inf2, Trn1,",
                "info/architecture/instance_type|Trn1|device_name says 'Inferentia'; Trn1 devices are Trainium1",
                "info/architecture/device_name|Trainium2|device_name says 'Trainium2'; Inf1 devices are Inferentia",
            })
    void aDamagedTreeIsReportedWithFileAndFindingAndRemedy(
            String file, String content, String complaint) throws IOException {
        Path tree = machine("inf1.6xlarge").info().sysfs();
        Files.writeString(tree.resolve("neuron0").resolve(file), content);

        assertThatThrownBy(machine("inf1.6xlarge")::info)
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_FAILURE))
                .hasMessageContaining(tree.resolve("neuron0").toString())
                .hasMessageContaining(complaint)
                .hasMessageContaining("remove " + tree.getParent() + ",");
    }

    @Test
    void aTreeOfAnotherSizeIsReported() throws IOException {
        Path tree = machine("inf1.6xlarge").info().sysfs();
        Files.writeString(tree.resolve("neuron2/core_count"), "3");

        assertThatThrownBy(machine("inf1.6xlarge")::info)
                .hasMessageContaining(
                        tree
                                + " shows 4 Inferentia devices with 15 cores; inf1.6xlarge has 4 Inferentia"
                                + " devices with 16 cores")
                .hasMessageContaining("remove " + tree.getParent() + ",");

        Files.move(tree.resolve("neuron2"), tree.resolve("neuron-2"));
        Files.writeString(tree.resolve("neuron1/connected_devices"), "0\n");
        Files.writeString(tree.resolve("neuron3/connected_devices"), "\n");
        assertThatThrownBy(machine("inf1.6xlarge")::info)
                .hasMessageContaining("shows 3 Inferentia devices");
    }

    @ParameterizedTest
    @CsvSource({
        "core_count",
        "connected_devices",
        "info/architecture/instance_type",
        "info/architecture/device_name"
    })
    void aMissingFileIsReported(String file) throws IOException {
        Path missing = machine("inf1").info().sysfs().resolve("neuron0").resolve(file);
        Files.delete(missing);

        assertThatThrownBy(machine("inf1")::info).hasMessageContaining(missing + " is missing");

        Files.createDirectory(missing);
        assertThatThrownBy(machine("inf1")::info).hasMessageContaining(missing + " cannot be read");
    }

    @Test
    void anEndlessFileIsNotReadToItsEnd() throws IOException {
        Path file = machine("inf1").info().sysfs().resolve("neuron0/core_count");
        try (var endless = new RandomAccessFile(file.toFile(), "rw")) {
            endless.setLength(1L << 40);
        }

        assertThatThrownBy(machine("inf1")::info).hasMessageContaining("more than 4096 bytes");
    }

    @Test
    void aFailureIsTheSameEachTimeAndCanBeCured() throws IOException {
        Path file = machine("inf1").info().sysfs().resolve("neuron0/core_count");
        Files.writeString(file, "0");
        LocalMachine machine = machine("inf1");
        String first = failure(machine);

        assertThat(failure(machine)).isEqualTo(first);

        Files.writeString(file, "4");
        assertThat(machine.info().physicalCores()).isEqualTo(4);
        Files.writeString(file, "0");
        assertThat(machine.info().physicalCores()).as("success is remembered").isEqualTo(4);
    }

    @Test
    void anOlderLayoutIsRenewedUnlessACoreIsOwned() throws Exception {
        MachineInfo info = machine("inf1").info();
        Path folder = info.sysfs().getParent();
        Files.writeString(folder.resolve("layout"), "0\n");
        Path counter = info.sysfs().resolve("neuron0/core_count");
        Files.writeString(counter, "garbage of another layout");
        Path lock = Files.createFile(info.locks().resolve("nc3.lock"));

        Process owner = start(HoldLock.class, lock);
        try {
            assertThat(owner.inputReader().readLine()).isEqualTo("locked true");
            assertThatThrownBy(machine("inf1")::info)
                    .hasMessageContaining(
                            folder
                                    + " has layout 0 of an older Glia, and processes still own cores");
            assertThat(counter).hasContent("garbage of another layout");
        } finally {
            owner.destroyForcibly().waitFor();
        }

        assertThat(machine("inf1").info().physicalCores()).isEqualTo(4);
        assertThat(folder.resolve("layout")).hasContent(EmulatedInstance.LAYOUT + "\n");
        assertThat(lock).as("lock files stay").exists();
        assertThat(folder).isDirectoryNotContaining("glob:**.building-*");
    }

    @ParameterizedTest
    @CsvSource({
        "2147483646,made by a newer Glia",
        "x,holds no layout number",
        "'',holds no layout number"
    })
    void aLayoutThatIsNotKnownIsRefused(String layout, String complaint) throws IOException {
        Path folder = machine("inf1").info().sysfs().getParent();
        Files.writeString(
                folder.resolve("layout"), layout.equals("2147483646") ? "999999999\n" : layout);

        assertThatThrownBy(machine("inf1")::info)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(complaint);
    }

    @Test
    void whatABuilderLeftBehindIsRemovedOnceItIsOld() throws IOException {
        machine("inf1").info();
        Path old = Files.createDirectories(state.resolve("instances/.building-1/x")).getParent();
        Path fresh = Files.createDirectory(state.resolve("instances/.building-2"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));

        machine("inf2").info();

        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
    }

    @Test
    void whatAKilledBuilderLeftBehindIsRemovedAtOnce() throws IOException {
        Path folder = machine("inf1").info().sysfs().getParent();
        ProcessIdentity self = ProcessIdentity.self();
        String here = ".building-" + self.namespace() + "-";
        Path dead = Files.createDirectories(folder.resolveSibling(here + "1-1-x/y")).getParent();
        Path inside = Files.createDirectory(folder.resolve(here + "1-1-z"));
        Path alive = folder.resolveSibling(here + self.pid() + "-" + self.started() + "-x");
        Path elsewhere = folder.resolveSibling(".building-1-1-1-x");
        Files.createDirectory(alive);
        Files.createDirectory(elsewhere);

        machine("inf1").info();

        assertThat(dead).doesNotExist();
        assertThat(inside).doesNotExist();
        assertThat(alive).exists();
        assertThat(elsewhere).exists();
    }

    /** Who opens a pipe waits for another process. */
    @ParameterizedTest
    @ValueSource(strings = {"layout", "neuron_device/neuron0/core_count"})
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeInPlaceOfAFileIsRefused(String file) throws Exception {
        Path pipe = machine("inf1").info().sysfs().getParent().resolve(file);
        pipe(pipe);

        assertThatThrownBy(machine("inf1")::info)
                .isInstanceOf(NrtException.class)
                .hasMessageContaining(pipe.toString())
                .hasMessageContaining("it is no file but a folder, a link, a pipe or a device");
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeInPlaceOfALockIsRefused() throws Exception {
        Path folder = machine("inf1").info().sysfs().getParent();
        pipe(folder.resolve("locks/nc0.lock"));

        assertThatThrownBy(() -> new EmulatedInstance(folder).remove(state.resolve("instances")))
                .hasMessageContaining("nc0.lock: it is no file but");
    }

    private static void pipe(Path path) throws Exception {
        Files.deleteIfExists(path);
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    }

    @Test
    void processesThatStartTogetherShareOneInstance() throws Exception {
        var processes = new ArrayList<Process>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(DiscoverOnce.class, state));
        }
        for (Process process : processes) {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(said).endsWith("16 devices\n");
            assertThat(process.waitFor()).isZero();
        }
        try (Stream<Path> instances = Files.list(state.resolve("instances"))) {
            assertThat(instances)
                    .extracting(Path::getFileName)
                    .containsExactly(Path.of("trn1.32xlarge"));
        }
    }

    private static Process start(Class<?> main, Path argument) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        main.getName(),
                        argument.toString())
                .redirectErrorStream(true)
                .start();
    }

    private LocalMachine machine(String instance) {
        return new LocalMachine(new FixedConfiguration(instance, state, temp.resolve("no-sysfs")));
    }

    private static String failure(LocalMachine machine) {
        try {
            machine.info();
            return "no failure";
        } catch (NrtException e) {
            return e.getMessage();
        }
    }
}

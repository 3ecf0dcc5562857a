package dev.glia.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

class StoredInstancesTest {
    @TempDir private Path temp;

    @Test
    void listsWhatExistsAndCreatesNothing() {
        assertThat(instances().list()).isEmpty();
        assertThat(state()).doesNotExist();

        machine("trn1").info();
        machine("inf1.24xlarge").info();

        assertThat(instances().list()).containsExactly("inf1.24xlarge", "trn1.2xlarge");
    }

    @Test
    void removesOneWithAllItsFiles() throws IOException {
        Path elsewhere = Files.writeString(temp.resolve("elsewhere"), "stays");
        Path folder = machine("trn1.2xlarge").info().sysfs().getParent();
        machine("inf1.xlarge").info();
        Files.createSymbolicLink(folder.resolve("locks/link"), elsewhere);
        Files.createSymbolicLink(folder.resolve("neuron_device/up"), temp);

        instances().remove(" TRN1.2xlarge ");

        assertThat(folder).doesNotExist();
        assertThat(instances().list()).containsExactly("inf1.xlarge");
        assertThat(elsewhere).hasContent("stays");
        try (var files = Files.list(state().resolve("instances"))) {
            assertThat(files).hasSize(1);
        }
        assertThat(machine("trn1.2xlarge").info().physicalCores()).as("made anew").isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"trn2.48xlarge", "", "..", "../..", "inf1.xlarge/locks", "trn1", "a\u001bb"})
    void whatDoesNotExistIsNotRemoved(String type) {
        machine("inf1.xlarge").info();

        assertThatThrownBy(() -> instances().remove(type))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining("There is no emulated instance")
                .hasMessageContaining("There is: inf1.xlarge")
                .message()
                .doesNotContain("\u001b");
        assertThat(instances().list()).containsExactly("inf1.xlarge");
    }

    @Test
    void anInstanceWithTheSymbolicLinkOfAFolderIsNotTouched() throws IOException {
        Path folder = machine("inf1.xlarge").info().sysfs().getParent();
        Path elsewhere = Files.move(folder, temp.resolve("elsewhere"));
        Files.createSymbolicLink(folder, elsewhere);

        assertThatThrownBy(() -> instances().remove("inf1.xlarge"))
                .hasMessageContaining("There is no emulated instance");
        assertThat(elsewhere.resolve("layout")).exists();

        Files.delete(folder);
        Files.move(elsewhere, folder);
        Path locks = Files.move(folder.resolve("locks"), temp.resolve("locks"));
        Files.createSymbolicLink(folder.resolve("locks"), locks);
        assertThatThrownBy(() -> instances().remove("inf1.xlarge"))
                .hasMessageContaining("is a symbolic link");
        assertThat(locks).isDirectory();
        assertThat(folder.resolve("layout")).exists();
    }

    @Test
    @Timeout(120)
    void theOwnerOfACoreIsNamedAndKeepsIt() throws Exception {
        Path locks = machine("inf1.xlarge").info().locks();
        Path lock = Files.createFile(locks.resolve("nc2.lock"));
        Process owner =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                HoldLock.class.getName(),
                                lock.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (FileChannel onlooker = FileChannel.open(lock, StandardOpenOption.READ)) {
            assertThat(owner.inputReader().readLine()).isEqualTo("locked true");

            assertThatThrownBy(() -> instances().remove("inf1.xlarge"))
                    .isInstanceOfSatisfying(
                            NrtException.class,
                            e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_RESOURCE))
                    .hasMessageContaining("nc2 belongs to process " + owner.pid() + " (")
                    .hasMessageContaining("HoldLock");
            assertThat(onlooker.isOpen()).isTrue();
            assertThat(lock).exists();
        } finally {
            owner.destroyForcibly().waitFor();
        }
        instances().remove("inf1.xlarge");
        assertThat(instances().list()).isEmpty();
    }

    @Test
    void aDamagedInstanceCanBeRemoved() throws IOException {
        Path folder = machine("inf1.xlarge").info().sysfs().getParent();
        Files.delete(folder.resolve("layout"));
        Files.writeString(folder.resolve("neuron_device/neuron0/core_count"), "x");

        instances().remove("inf1.xlarge");

        assertThat(machine("inf1.xlarge").info().physicalCores()).isEqualTo(4);
    }

    @Test
    void anUnsafeStateFolderIsRefused() throws IOException {
        machine("inf1.xlarge").info();
        Path elsewhere = Files.move(state(), temp.resolve("elsewhere"));
        Files.createSymbolicLink(state(), elsewhere);

        for (var action :
                List.<Runnable>of(instances()::list, () -> instances().remove("inf1.xlarge"))) {
            assertThatThrownBy(action::run).hasMessageContaining("is a symbolic link");
        }
    }

    private Path state() {
        return temp.resolve("state");
    }

    private StoredInstances instances() {
        return new StoredInstances(configuration("auto"));
    }

    private LocalMachine machine(String type) {
        return new LocalMachine(configuration(type));
    }

    private FixedConfiguration configuration(String type) {
        return new FixedConfiguration(type, state(), temp.resolve("sys"));
    }
}

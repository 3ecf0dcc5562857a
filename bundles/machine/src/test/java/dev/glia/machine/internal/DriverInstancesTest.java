package dev.glia.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.device.Architecture;
import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.DeviceDriver;
import dev.glia.device.DeviceInfo;
import dev.glia.device.InstanceShape;
import dev.glia.device.MachineInfo;
import dev.glia.runtime.DType;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Architectures that this room does not know come with their drivers. */
class DriverInstancesTest {
    @TempDir Path state;

    private final List<String> calls = new ArrayList<>();

    @Test
    void aDriverBringsItsInstance() {
        MachineInfo info = machine("acme1.ring3", driver(acme(6), ring3())).info();

        assertThat(info.instanceType()).isEqualTo("acme1.ring3");
        assertThat(info.architecture()).isEqualTo("acme1");
        assertThat(info.emulated()).isTrue();
        assertThat(info.physicalCores()).isEqualTo(18);
        assertThat(info.lncSizes()).containsExactly(1, 3);
        assertThat(info.defaultLnc()).isEqualTo(3);
        assertThat(info.logicalCores(3)).hasSize(6);
        assertThat(info.devices().get(1).connected()).containsExactly(0, 2);
        assertThat(info.sysfs().resolve("neuron2/info/architecture/device_name"))
                .hasContent("Acme One\n");
        assertThat(calls).containsExactly("get", "unget");
    }

    @Test
    void theArchitectureMeansTheFirstInstanceOfItsDriver() {
        InstanceShape first = InstanceShape.single("acme1.small");
        assertThat(machine("ACME1", driver(acme(6), first, ring3())).info().instanceType())
                .isEqualTo("acme1.small");
    }

    @Test
    void realDevicesOfAnotherVendorAreNotCalledEmulated() {
        var real = new InstanceShape("acme1.card", false, List.of(List.of()));

        MachineInfo info = machine("acme1.card", driver(acme(2), real)).info();

        assertThat(info.emulated()).isFalse();
        assertThat(info.driverVersion()).isEmpty();
    }

    @Test
    void moreCoresThanAnyNeuronDeviceHasAreFine() {
        assertThat(machine("acme1.ring3", driver(acme(96), ring3())).info().physicalCores())
                .isEqualTo(288);
    }

    @ParameterizedTest
    @ValueSource(strings = {"trn1", "trn1.2xlarge", "inf1.24xlarge"})
    void whatIsKnownAsksNoDriver(String type) {
        machine(type, driver(acme(6), InstanceShape.single(type))).info();

        assertThat(calls).isEmpty();
    }

    @Test
    void theHighestRankingDriverCounts() {
        DeviceDriver low = driver(acme(2), ring3());
        DeviceDriver high = driver(acme(6), ring3());

        assertThat(machine("acme1.ring3", low, high).info().physicalCores()).isEqualTo(18);
    }

    @Test
    void anInstanceOfADriverIsListedAndRemoved() {
        machine("acme1.ring3", driver(acme(6), ring3())).info();
        var stored = new StoredInstances(configuration("auto"));
        assertThat(stored.list()).containsExactly("acme1.ring3");

        stored.remove("acme1.ring3");

        assertThat(stored.list()).isEmpty();
    }

    static Stream<InstanceShape> hostile() {
        return Stream.concat(
                Stream.of(
                                "../etc",
                                "a/b",
                                "a..b",
                                ".a",
                                "a.",
                                "A",
                                "",
                                "auto",
                                "a\nb",
                                "a".repeat(65))
                        .map(InstanceShape::single),
                Stream.of(
                                List.<List<Integer>>of(),
                                List.of(List.of(0)),
                                List.of(List.of(1)),
                                List.of(List.of(-1), List.<Integer>of()),
                                List.of(List.of(1, 1), List.<Integer>of()),
                                java.util.Collections.nCopies(65, List.<Integer>of()))
                        .map(links -> new InstanceShape("acme1.bad", true, links)));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void anInstanceThatIsNotAsItShouldBeIsRefusedByName(InstanceShape shape) {
        assertThatThrownBy(() -> machine("acme1.bad", driver(acme(6), shape)).info())
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining("GLIA_INSTANCE=acme1.bad names no instance type")
                .hasMessageContaining("brings the instance '");
        assertThat(state.resolve("instances/acme1.bad")).doesNotExist();
    }

    static Stream<Architecture> impossible() {
        return Stream.of(
                acme("../x", "Acme", 2, Set.of(1), 1),
                acme("acme1", "Ac\nme", 2, Set.of(1), 1),
                acme("acme1", "Acme", 0, Set.of(1), 1),
                acme("acme1", "Acme", 129, Set.of(1), 1),
                acme("acme1", "Acme", 4, Set.of(1, 3), 1),
                acme("acme1", "Acme", 4, Set.of(1, 2), 4),
                acme("acme1", "Acme", 4, Set.of(0), 0));
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void factsThatCannotBeAreRefused(Architecture architecture) {
        assertThatThrownBy(() -> machine("acme1.ring3", driver(architecture, ring3())).info())
                .isInstanceOf(NrtException.class)
                .hasMessageContaining("brings the instance 'acme1.ring3', whose");
    }

    @Test
    void aDriverThatThrowsDoesNotHideTheOthers() {
        DeviceDriver broken =
                new FakeDriver(acme(2), List.of()) {
                    @Override
                    public List<InstanceShape> instances() {
                        throw new IllegalStateException("broken");
                    }
                };
        assertThat(machine("acme1.ring3", driver(acme(6), ring3()), broken).info().devices())
                .hasSize(3);
        assertThatThrownBy(() -> machine("acme2", broken).info())
                .hasMessageContaining("does not tell its instances")
                .hasMessageContaining("broken");
    }

    @Test
    void anInstanceThatHasChangedSaysWhatToDo() {
        machine("acme1.ring3", driver(acme(6), ring3())).info();

        assertThatThrownBy(() -> machine("acme1.ring3", driver(acme(12), ring3())).info())
                .hasMessageContaining("3 Acme One devices with 18 cores")
                .hasMessageContaining("acme1.ring3 has 3 Acme One devices with 36 cores")
                .hasMessageContaining("remove " + state.resolve("instances/acme1.ring3"));
    }

    private LocalMachine machine(String instance, DeviceDriver... drivers) {
        List<ComponentServiceObjects<DeviceDriver>> present =
                Arrays.stream(drivers).map(this::service).toList();
        return new LocalMachine(configuration(instance), present);
    }

    private FixedConfiguration configuration(String instance) {
        return new FixedConfiguration(instance, state, state.resolve("no-sysfs"));
    }

    private ComponentServiceObjects<DeviceDriver> service(DeviceDriver driver) {
        return new ComponentServiceObjects<>() {
            @Override
            public DeviceDriver getService() {
                calls.add("get");
                return driver;
            }

            @Override
            public void ungetService(DeviceDriver service) {
                calls.add("unget");
            }

            @Override
            public ServiceReference<DeviceDriver> getServiceReference() {
                throw new UnsupportedOperationException();
            }
        };
    }

    private static InstanceShape ring3() {
        return new InstanceShape(
                "acme1.ring3", true, List.of(List.of(2, 1), List.of(0, 2), List.of(1, 0)));
    }

    private static Architecture acme(int cores) {
        return acme(
                "acme1",
                "Acme One",
                cores,
                cores % 3 == 0 ? Set.of(1, 3) : Set.of(1),
                cores % 3 == 0 ? 3 : 1);
    }

    private static Architecture acme(
            String name, String device, int cores, Set<Integer> lncSizes, int defaultLnc) {
        return new Architecture(
                name,
                device,
                "v1",
                cores,
                1L << 30,
                Set.of(DType.FLOAT32),
                new TreeSet<>(lncSizes),
                defaultLnc,
                List.of(name),
                List.of(),
                0);
    }

    private static DeviceDriver driver(Architecture architecture, InstanceShape... shapes) {
        return new FakeDriver(architecture, List.of(shapes));
    }

    private static class FakeDriver implements DeviceDriver {
        private final Architecture architecture;
        private final List<InstanceShape> shapes;

        FakeDriver(Architecture architecture, List<InstanceShape> shapes) {
            this.architecture = architecture;
            this.shapes = shapes;
        }

        @Override
        public Architecture architecture() {
            return architecture;
        }

        @Override
        public List<InstanceShape> instances() {
            return shapes;
        }

        @Override
        public List<DeviceInfo> devices() {
            throw new AssertionError("devices() needs the machine, which is being discovered");
        }

        @Override
        public CoreSession open(CoreAddress core) {
            throw new AssertionError("no core is opened here");
        }
    }
}

package dev.glia.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Optional;

class InstanceTypeTest {

    @ParameterizedTest
    @CsvSource({
        "inf1,inf1.xlarge",
        "inf2,inf2.xlarge",
        "trn1,trn1.2xlarge",
        "trn2,trn2.3xlarge",
        "trn3,trn3-gen2",
        "TRN2U.48XLarge,trn2u.48xlarge",
        "' Trn1n.32xlarge ',trn1n.32xlarge",
        "trn3-GEN1,trn3-gen1",
        "trn2n.48xlarge,trn2n.48xlarge",
        "trn3pd98.3xlarge,trn3pd98.3xlarge",
        "ml.trn1.32xlarge,trn1.32xlarge",
    })
    void anArchitectureMeansItsSmallestTypeAndCaseDoesNotMatter(String value, String type) {
        assertThat(InstanceType.named(value, DriverInstances.NONE).name()).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "trn1.2xlrge,trn1.2xlarge",
        "inf1.6large,inf1.6xlarge",
        "trn2u48xlarge,trn2u.48xlarge",
        "trn3gen1,trn3-gen1"
    })
    void anUnknownTypeIsRefusedWithTheNearestAndTheList(String value, String nearest) {
        assertThatThrownBy(() -> InstanceType.named(value, DriverInstances.NONE))
                .isInstanceOfSatisfying(
                        NrtException.class,
                        e -> assertThat(e.status()).isEqualTo(NrtStatus.NRT_INVALID))
                .hasMessageContaining("GLIA_INSTANCE=" + value)
                .hasMessageContaining("the nearest is " + nearest + ".")
                .hasMessageContaining("auto, hardware")
                .hasMessageContaining("inf1.24xlarge, inf2.xlarge");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "../../etc", "trn1.2xlarge/../x"})
    void aNameThatIsNoTypeNeverBecomesAPath(String value) {
        assertThatThrownBy(() -> InstanceType.named(value, DriverInstances.NONE))
                .isInstanceOf(NrtException.class);
    }

    /** The page of neuron-ls itself shows a trn2n.48xlarge. */
    @ParameterizedTest
    @CsvSource({
        "trn2n.48xlarge,16,128",
        "trn2a.3xlarge,1,8",
        "trn2p.48xlarge,16,128",
        "trn3.48xlarge,16,128",
        "trn3e.24xlarge,4,32",
        "trn3pd98.3xlarge,1,8",
    })
    void namesThatToolsUseHaveTheDevicesOfTheirSize(String name, int devices, int cores) {
        InstanceType type = InstanceType.named(name, DriverInstances.NONE);

        assertThat(type.devices()).isEqualTo(devices);
        assertThat(type.cores()).isEqualTo(cores);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zeta9", "gpu", "hardwre"})
    void whatIsNotNearIsNotCalledSo(String value) {
        assertThatThrownBy(() -> InstanceType.named(value, DriverInstances.NONE))
                .hasMessageContaining("names no instance type. Accepted: ");
    }

    @Test
    void aVeryLongNameIsCut() {
        assertThatThrownBy(() -> InstanceType.named("y".repeat(1_000_000), DriverInstances.NONE))
                .hasMessageContaining("y...")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(900));
    }

    @Test
    void theTorusHasTheNeighboursOfTheDriver() {
        assertThat(Topology.TORUS_4X4.neighbours(0, 16)).containsExactly(12, 3, 4, 1);
        assertThat(Topology.TORUS_4X4.neighbours(5, 16)).containsExactly(1, 4, 9, 6);
        assertThat(Topology.TORUS_4X4.neighbours(15, 16)).containsExactly(11, 14, 3, 12);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inf1.24xlarge",
                "inf2.24xlarge",
                "inf2.48xlarge",
                "trn1.32xlarge",
                "trn2.48xlarge"
            })
    void linksAreMutual(String name) {
        InstanceType type = InstanceType.named(name, DriverInstances.NONE);
        for (int device = 0; device < type.devices(); device++) {
            for (int other : type.links().get(device)) {
                assertThat(type.links().get(other)).contains(device);
            }
        }
    }

    @Test
    void ringAndLineDifferAtTheirEnds() {
        assertThat(Topology.RING.neighbours(0, 12)).containsExactly(11, 1);
        assertThat(Topology.RING.neighbours(11, 12)).containsExactly(10, 0);
        assertThat(Topology.LINE.neighbours(0, 6)).containsExactly(1);
        assertThat(Topology.LINE.neighbours(3, 6)).containsExactly(2, 4);
        assertThat(Topology.LINE.neighbours(5, 6)).containsExactly(4);
        assertThat(Topology.NONE.neighbours(0, 16)).isEqualTo(List.of());
    }

    @Test
    void aRealHostHasTheTypeThatItsFirmwareNames() {
        assertThat(InstanceType.seen(Optional.of("trn1n.32xlarge"), Family.TRN1, 16))
                .isEqualTo("trn1n.32xlarge");
        assertThat(InstanceType.seen(Optional.of("trn2x-new.96xlarge"), Family.TRN2, 16))
                .as("firmware knows more than this list")
                .isEqualTo("trn2x-new.96xlarge");
        assertThat(InstanceType.seen(Optional.of("trn1n.32xlarge"), Family.TRN2, 16))
                .as("firmware contradicts the devices")
                .isEqualTo("trn2.48xlarge");
        assertThat(InstanceType.seen(Optional.of("trn2 \033[2J.x"), Family.TRN2, 16))
                .as("firmware is not trusted")
                .isEqualTo("trn2.48xlarge");
        assertThat(InstanceType.seen(Optional.empty(), Family.INF2, 12)).isEqualTo("inf2.48xlarge");
        assertThat(InstanceType.seen(Optional.empty(), Family.INF2, 5)).isEqualTo("inf2");
    }
}

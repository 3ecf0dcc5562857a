package dev.glia.itests.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.core.DriverSwap;
import dev.glia.core.DriverSwaps;
import dev.glia.device.DriverState;
import dev.glia.device.DriverState.Role;
import dev.glia.device.Drivers;
import dev.glia.itests.ScaleModel;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** A bundle that drives two architectures takes the place of two bundles, and gives it back. */
class ManyArchitecturesIT {
    private static final String TRN1 = "dev.glia.driver-trn1 0.1.0";
    private static final String TRN2 = "dev.glia.driver-trn2 0.1.0";
    private static final String BOTH = DriverJars.BOTH + " ";

    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(
                    Provision.core(),
                    Provision.instance("trn2"),
                    Provision.property("GLIA_BUNDLE_TRUST", "any"));

    @TempDir Path folder;

    @Test
    void twoBundlesAreReplacedAndBroughtBackTogether(Container container, NeuronRuntime runtime) {
        DriverSwaps swaps = container.service(DriverSwaps.class);
        try (Model model = runtime.load(ScaleModel.neff(container, "trn2"));
                Execution run = model.prepare()) {
            Path unfit = DriverJars.both(folder, "0.9.0", "Trn2Driver.class");
            assertThatThrownBy(() -> swap(swaps, unfit)).isInstanceOf(NrtException.class);
            assertServing(container, run, TRN1, TRN2);
            assertThat(Stream.of(container.context().getBundles()))
                    .noneMatch(bundle -> DriverJars.BOTH.equals(bundle.getSymbolicName()));

            DriverSwap first = swap(swaps, DriverJars.both(folder, "1.0.0", ""));
            assertThat(first.architectures()).containsExactly("trn1", "trn2");
            assertThat(first.before()).isEqualTo(TRN1 + ", " + TRN2);
            assertServing(container, run, BOTH + "1.0.0", BOTH + "1.0.0");

            DriverSwap back = swaps.rollback(Optional.of("trn2"));
            assertThat(back.architectures()).containsExactlyInAnyOrder("trn1", "trn2");
            assertServing(container, run, TRN1, TRN2);
            swaps.rollback(Optional.empty());
            assertServing(container, run, BOTH + "1.0.0", BOTH + "1.0.0");
            swaps.rollback(Optional.empty());
            assertServing(container, run, TRN1, TRN2);
            swaps.rollback(Optional.of("trn1"));
            assertServing(container, run, BOTH + "1.0.0", BOTH + "1.0.0");

            swap(swaps, DriverJars.both(folder, "2.0.0", ""));
            assertServing(container, run, BOTH + "2.0.0", BOTH + "2.0.0");
            swaps.rollback(Optional.empty());
            assertServing(container, run, BOTH + "1.0.0", BOTH + "1.0.0");

            assertThatThrownBy(() -> swap(swaps, DriverJars.version(folder, "0.2.0")))
                    .isInstanceOf(NrtException.class)
                    .hasMessageContaining("drives trn2 too")
                    .hasMessageContaining("takes the place of a whole bundle");
            assertServing(container, run, BOTH + "1.0.0", BOTH + "1.0.0");
        }
    }

    private static DriverSwap swap(DriverSwaps swaps, Path jar) {
        return swaps.swap(jar, Optional.empty());
    }

    private static void assertServing(
            Container container, Execution run, String trn1, String trn2) {
        assertThat(run.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
        assertThat(first(container, "trn1")).isEqualTo(trn1);
        assertThat(first(container, "trn2")).isEqualTo(trn2);
        assertThat(container.service(Drivers.class).states())
                .filteredOn(state -> state.role() == Role.SERVING)
                .extracting(DriverState::architecture)
                .containsExactly("trn2");
    }

    /** {@return who serves an architecture, or would} */
    private static String first(Container container, String architecture) {
        return container.service(Drivers.class).states().stream()
                .filter(state -> state.architecture().equals(architecture))
                .map(state -> state.bundle() + " " + state.version())
                .findFirst()
                .orElseThrow();
    }
}

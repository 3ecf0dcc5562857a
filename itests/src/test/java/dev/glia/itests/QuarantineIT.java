package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.core.CoreAllocator;
import dev.glia.core.CoreOwner;
import dev.glia.device.DriverState;
import dev.glia.itests.cli.Listings;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.itests.swap.Swaps;
import dev.glia.itests.swap.driver.Fault;
import dev.glia.itests.swap.driver.MadeDriver;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** A driver that hangs costs one core; other cores go on, and other processes see which. */
class QuarantineIT {

    @TempDir private Path folder;

    @AfterEach
    void goOn() {
        System.clearProperty(MadeDriver.HANGS);
    }

    @Test
    void theCoreOfALoadThatHangsIsQuarantinedUntilItEnds() throws Exception {
        Path state = Container.newState();
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.instance("trn1.2xlarge"),
                        Provision.stateDir(state),
                        Provision.property("GLIA_LOAD_TIMEOUT", "8"))) {
            NeuronRuntime runtime = container.service(NeuronRuntime.class);
            Path neff = ScaleModel.neff(container, "trn1");
            Swaps.await(
                    container,
                    Swaps.install(container, "1.0.0", Fault.NONE, 100),
                    DriverState.Role.SERVING);
            Execution other = runtime.load(neff, LoadOptions.core(1)).prepare();
            System.setProperty(MadeDriver.HANGS, "true");

            assertThatThrownBy(() -> runtime.load(neff, LoadOptions.core(0)))
                    .hasMessageStartingWith("NRT_TIMEOUT (5): ")
                    .hasMessageContaining("is not loaded on NeuronCore 0 after 8000 ms");

            assertThat(other.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
            assertThat(runtime.queue(0).quarantined()).isTrue();
            assertThat(runtime.queue(1).quarantined()).isFalse();
            Await.until("the record says so", () -> isQuarantined(container));
            assertThat(Listings.of(folder, state, "ls")).contains("nc0-1 (nc0 quarantined)");
            assertThat(Listings.of(folder, state, "ls", "--json"))
                    .contains("\"quarantined_neuroncore_ids\":[0]");
            assertThat(Listings.of(folder, state, "why", "nc0")).contains("(nc0 quarantined)");
            Await.until(
                    "it is logged",
                    () ->
                            container.records().stream()
                                    .anyMatch(
                                            record ->
                                                    record.message()
                                                            .contains(
                                                                    "Neuron Device 0 NC 0 is"
                                                                            + " quarantined")));

            System.clearProperty(MadeDriver.HANGS);
            Await.until("it serves again", () -> !isQuarantined(container));
            assertThat(runtime.load(neff, LoadOptions.core(0)).prepare().execute())
                    .isEqualTo(NrtStatus.NRT_SUCCESS);
            assertThat(Listings.of(folder, state, "ls", "--json"))
                    .contains("\"quarantined_neuroncore_ids\":[]");
        }
    }

    private static boolean isQuarantined(Container container) {
        return container.service(CoreAllocator.class).owners().stream()
                .anyMatch(CoreOwner::quarantined);
    }
}

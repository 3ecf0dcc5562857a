package dev.glia.itests.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.itests.driver.DriverFiles;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.RuntimeLifecycle;
import dev.glia.runtime.RuntimeState;

import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

import java.nio.file.Files;

/** The runtime initialises itself at the start, on an instance that only a later bundle knows. */
class LateDriverIT {

    @Test
    void theRuntimeWaitsForTheDriverOfItsInstance() throws Exception {
        try (Container container =
                Container.start(Provision.core(), Provision.instance("acme1.cube"))) {
            Await.until(
                    "the instance is unknown",
                    () ->
                            container.records().stream()
                                    .anyMatch(
                                            record ->
                                                    record.message()
                                                            .contains("names no instance type")));
            assertThat(container.service(RuntimeLifecycle.class).state())
                    .isEqualTo(RuntimeState.START);

            Bundle driver =
                    container
                            .context()
                            .installBundle("acme1", Files.newInputStream(DriverFiles.acme1()));
            driver.start();

            NeuronRuntime runtime = container.service(NeuronRuntime.class);
            assertThat(runtime.instance().type()).isEqualTo("acme1.cube");
            assertThat(runtime.cores()).hasSize(48);
            assertThat(container.service(RuntimeLifecycle.class).state())
                    .isEqualTo(RuntimeState.INIT);
        }
    }
}

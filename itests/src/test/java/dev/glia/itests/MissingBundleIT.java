package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.NeuronRuntime;

import org.junit.jupiter.api.Test;

/** A container that lacks a bundle says which components wait for what, and runs the rest. */
class MissingBundleIT {

    @Test
    void driversWaitForTheirEngine() {
        try (Container container = Container.start(Provision.without("dev.glia.engine-onnx"))) {
            assertThat(container.service(NeuronRuntime.class).cores()).isNotEmpty();
            assertThat(container.problems())
                    .contains(
                            "dev.glia.driver.trn1.internal.Trn1Driver waits for"
                                    + " dev.glia.device.Engine(glia.engine.function=__onnx)");
        }
    }

    @Test
    void runtimeWaitsForItsAllocator() {
        try (Container container = Container.start(Provision.without("dev.glia.allocator"))) {
            assertThat(container.context().getServiceReference(NeuronRuntime.class)).isNull();
            assertThat(container.problems())
                    .contains(
                            "dev.glia.runtime.internal.RuntimeComponent waits for dev.glia.core.CoreAllocator");
        }
    }
}

package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.core.CoreAllocator;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeLifecycle;
import dev.glia.runtime.RuntimeState;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;

/**
 * Two containers in one process share an instance: a core has one owner, and is free again when
 * that one is gone.
 */
class OwnershipIT {
    private final Path state = Container.newState();

    @Test
    void coresHaveOneOwnerUntilItsContainerStops() {
        try (Container second = start()) {
            try (Container first = start()) {
                NeuronRuntime owner = first.service(RuntimeLifecycle.class).init();
                assertThat(owner.cores()).hasSize(2);

                requireRefused(second);
                assertThat(second.service(CoreAllocator.class).owners())
                        .hasSize(2)
                        .allMatch(core -> core.pid() == ProcessHandle.current().pid());
            }
            assertThat(second.service(CoreAllocator.class).owners()).isEmpty();
            assertThat(second.service(RuntimeLifecycle.class).init().cores()).hasSize(2);
        }
    }

    @Test
    void closeFreesTheCoresAndInitClaimsThemAgain() {
        try (Container first = start();
                Container second = start()) {
            RuntimeLifecycle lifecycle = first.service(RuntimeLifecycle.class);
            lifecycle.init().close();

            assertThat(lifecycle.state()).isEqualTo(RuntimeState.CLOSED);
            assertThat(first.context().getServiceReference(NeuronRuntime.class)).isNull();
            second.service(RuntimeLifecycle.class).init().close();
            assertThat(lifecycle.init().cores()).hasSize(2);
            requireRefused(second);
        }
    }

    @Test
    void stoppedRuntimeBundleFreesTheCores() throws Exception {
        try (Container first = start();
                Container second = start()) {
            first.service(RuntimeLifecycle.class).init();
            first.bundle("dev.glia.runtime").stop();

            assertThat(second.service(RuntimeLifecycle.class).init().cores()).hasSize(2);
            first.bundle("dev.glia.runtime").start();
            Await.until(
                    "the runtime is back",
                    () -> first.context().getServiceReference(RuntimeLifecycle.class) != null);
            requireRefused(first);
        }
    }

    private Container start() {
        return Container.start(
                Provision.core(),
                Provision.instance("trn1.2xlarge"),
                Provision.manualInit(),
                Provision.stateDir(state));
    }

    private static void requireRefused(Container container) {
        assertThatThrownBy(container.service(RuntimeLifecycle.class)::init)
                .asInstanceOf(InstanceOfAssertFactories.type(NrtException.class))
                .satisfies(
                        refusal -> {
                            assertThat(refusal.status()).isEqualTo(NrtStatus.NRT_RESOURCE);
                            assertThat(refusal)
                                    .hasMessageContaining(
                                            "NeuronCore(s) not available - Requested:")
                                    .hasMessageContaining("Available:0");
                        });
    }
}

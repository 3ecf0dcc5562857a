package dev.glia.itests.cores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.config.Configuration;
import dev.glia.core.CoreAllocator;
import dev.glia.core.CoreOwner;
import dev.glia.device.DeviceInfo;
import dev.glia.device.EmulatedInstances;
import dev.glia.device.Machine;
import dev.glia.itests.container.Await;
import dev.glia.itests.container.ConfigAdmin;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.RuntimeLifecycle;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Instances that are listed, removed and partly hidden while containers use them. */
class InstancesIT {
    private final Path state = Container.newState();

    @Test
    void anInstanceIsRemovedOnlyWhenNobodyOwnsItsCoresAndIsMadeAnew() {
        try (Container owner = start("trn1.2xlarge");
                Container other = start("inf1.6xlarge")) {
            RuntimeLifecycle lifecycle = owner.service(RuntimeLifecycle.class);
            EmulatedInstances instances = other.service(EmulatedInstances.class);
            lifecycle.init();
            other.service(Machine.class).info();
            assertThat(instances.list()).containsExactly("inf1.6xlarge", "trn1.2xlarge");

            assertThatThrownBy(() -> instances.remove("trn1.2xlarge"))
                    .hasMessageContaining("NRT_RESOURCE")
                    .hasMessageContaining("belongs to process " + ProcessHandle.current().pid());

            owner.service(NeuronRuntime.class).close();
            instances.remove("trn1.2xlarge");
            assertThat(instances.list()).containsExactly("inf1.6xlarge");
        }
        try (Container again = start("trn1.2xlarge")) {
            assertThat(again.service(RuntimeLifecycle.class).init().cores()).hasSize(2);
        }
    }

    @Test
    void aContainerWithSomeDevicesOwnsTheCoresOfTheHost() {
        try (Container all = start("inf1.6xlarge");
                Container some =
                        Container.start(
                                Provision.core(),
                                Provision.instance("inf1.6xlarge"),
                                Provision.manualInit(),
                                Provision.stateDir(state),
                                Provision.property("AWS_NEURON_VISIBLE_DEVICES", "1-2"),
                                Provision.property("NEURON_RT_VISIBLE_CORES", "2-4"))) {
            assertThat(some.service(Machine.class).info().devices())
                    .extracting(DeviceInfo::index)
                    .containsExactly(0, 1);

            assertThat(some.service(RuntimeLifecycle.class).init().cores()).hasSize(3);

            assertThat(all.service(CoreAllocator.class).owners())
                    .extracting(CoreOwner::core)
                    .containsExactly(6, 7, 8);
            assertThat(some.service(CoreAllocator.class).owners())
                    .extracting(CoreOwner::core)
                    .containsExactly(2, 3, 4);
        }
    }

    @Test
    void aSecondFrameworkOfTheProcessIsRefusedEvenIfOtherCoresAreFree() {
        try (Container first = one();
                Container second = one()) {
            first.service(RuntimeLifecycle.class).init();

            assertThatThrownBy(second.service(RuntimeLifecycle.class)::init)
                    .hasMessageContaining("Requested:1 Available:15")
                    .hasMessageContaining("this process itself")
                    .hasMessageContaining("close the runtime that owns them");
        }
    }

    @Test
    void aRuntimeThatIsInitialisedAgainHasCoresOfTheSizeThatIsConfiguredThen() throws Exception {
        try (Container container = start("trn2.48xlarge")) {
            RuntimeLifecycle lifecycle = container.service(RuntimeLifecycle.class);
            Configuration configuration = container.service(Configuration.class);
            var admin = new ConfigAdmin(container);
            for (int size : List.of(2, 1, 2)) {
                admin.set(
                        Configuration.PID,
                        Map.of(
                                "NEURON_LOGICAL_NC_CONFIG",
                                String.valueOf(size),
                                "NEURON_RT_VISIBLE_CORES",
                                "62-63"));
                Await.until(
                        "the size of logical cores is " + size,
                        () ->
                                configuration
                                        .current()
                                        .logicalCoreSize()
                                        .equals(OptionalInt.of(size)));
                try (NeuronRuntime runtime = lifecycle.init()) {
                    assertThat(runtime.cores())
                            .extracting(NeuronCore::device)
                            .containsExactly(62 * size / 8, 63 * size / 8);
                }
            }
        }
    }

    private Container one() {
        return Container.start(
                Provision.core(),
                Provision.instance("inf1.6xlarge"),
                Provision.manualInit(),
                Provision.stateDir(state),
                Provision.property("NEURON_RT_NUM_CORES", "1"));
    }

    private Container start(String type) {
        return Container.start(
                Provision.core(),
                Provision.instance(type),
                Provision.manualInit(),
                Provision.stateDir(state));
    }
}

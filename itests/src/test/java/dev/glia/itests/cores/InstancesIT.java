package dev.glia.itests.cores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.glia.core.CoreAllocator;
import dev.glia.core.CoreOwner;
import dev.glia.device.DeviceInfo;
import dev.glia.device.EmulatedInstances;
import dev.glia.device.Machine;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.RuntimeLifecycle;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;

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

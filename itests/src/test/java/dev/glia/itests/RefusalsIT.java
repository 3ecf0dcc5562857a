package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.glia.itests.container.Await;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.log.LogLevel;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeLifecycle;

import org.junit.jupiter.api.Test;
import org.ops4j.pax.exam.Option;

import java.nio.file.Path;

/** What a whole Glia refuses, and how it says so. */
class RefusalsIT {

    @Test
    void badVariableIsRefusedByName() {
        try (Container container =
                start("trn1", Provision.property("NEURON_RT_NUM_CORES", "three"))) {
            NrtException refusal = refused(container.service(RuntimeLifecycle.class)::init);

            assertThat(refusal.status()).isEqualTo(NrtStatus.NRT_INVALID);
            assertThat(refusal)
                    .hasMessageContaining("NEURON_RT_NUM_CORES")
                    .hasMessageContaining("three");
        }
    }

    @Test
    void badVariableLeavesTheContainerUpWithoutRuntime() {
        try (Container container =
                Container.start(
                        Provision.core(), Provision.property("NEURON_RT_EXEC_TIMEOUT", "soon"))) {
            assertThat(container.service(RuntimeLifecycle.class)).isNotNull();
            assertThat(container.context().getServiceReference(NeuronRuntime.class)).isNull();
            Await.until(
                    "the reason is logged",
                    () ->
                            container.records().stream()
                                    .anyMatch(
                                            record ->
                                                    record.level() == LogLevel.ERROR
                                                            && record.message()
                                                                    .contains(
                                                                            "NEURON_RT_EXEC_TIMEOUT")));
        }
    }

    @Test
    void missingDriverIsNamed() {
        try (Container container =
                Container.start(
                        Provision.withoutDriver("trn1"),
                        Provision.instance("trn1"),
                        Provision.manualInit())) {
            NeuronRuntime runtime = container.service(RuntimeLifecycle.class).init();
            Path neff = ScaleModel.neff(container, "inf1");

            assertThat(refused(() -> runtime.load(neff)))
                    .hasMessageContaining("dev.glia.driver-trn1");
        }
    }

    @Test
    void olderNeffNeedsConsent() {
        try (Container container = start("trn2")) {
            NeuronRuntime runtime = container.service(RuntimeLifecycle.class).init();
            Path neff = ScaleModel.neff(container, "trn1");

            requireUnsupported(refused(() -> runtime.load(neff)), "NEURON_RT_ALLOW_LEGACY_NEFF");
            assertThat(runtime.models()).isEmpty();
        }
    }

    @Test
    void olderNeffRunsWithConsent() {
        try (Container container =
                start("trn2", Provision.property("NEURON_RT_ALLOW_LEGACY_NEFF", "1"))) {
            NeuronRuntime runtime = container.service(RuntimeLifecycle.class).init();
            try (Model model = runtime.load(ScaleModel.neff(container, "trn1"));
                    Execution execution = model.prepare()) {
                execution.input("x").write(1, 2, 3, 4);
                execution.execute();
                assertThat(execution.output("y").asFloatBuffer().get(3)).isEqualTo(12);
            }
            Await.until(
                    "one warning is logged",
                    () ->
                            container.records().stream()
                                            .filter(record -> record.level() == LogLevel.WARN)
                                            .filter(
                                                    record ->
                                                            record.message()
                                                                    .contains(
                                                                            "only because of NEURON_RT_ALLOW_LEGACY_NEFF"))
                                            .count()
                                    == 1);
        }
    }

    @Test
    void newerNeffIsRefusedAlways() {
        try (Container container =
                start("trn1", Provision.property("NEURON_RT_ALLOW_LEGACY_NEFF", "1"))) {
            NeuronRuntime runtime = container.service(RuntimeLifecycle.class).init();
            Path neff = ScaleModel.neff(container, "trn2");

            requireUnsupported(refused(() -> runtime.load(neff)), "trn2");
        }
    }

    @Test
    void logicalCoreSizeMustMatch() {
        try (Container container = start("trn2")) {
            NeuronRuntime runtime = container.service(RuntimeLifecycle.class).init();
            Path neff = ScaleModel.neff(container, "trn2", 1);

            requireUnsupported(refused(() -> runtime.load(neff)), "NEURON_LOGICAL_NC_CONFIG=1");
        }
        try (Container container =
                start("trn2", Provision.property("NEURON_LOGICAL_NC_CONFIG", "1"))) {
            NeuronRuntime runtime = container.service(RuntimeLifecycle.class).init();
            try (Model model = runtime.load(ScaleModel.neff(container, "trn2", 1))) {
                assertThat(model.architecture()).isEqualTo("trn2");
            }
        }
    }

    private static Container start(String instance, Option... more) {
        Option[] options = new Option[more.length + 3];
        options[0] = Provision.core();
        options[1] = Provision.instance(instance);
        options[2] = Provision.manualInit();
        System.arraycopy(more, 0, options, 3, more.length);
        return Container.start(options);
    }

    private static NrtException refused(Runnable call) {
        NrtException refusal = catchThrowableOfType(NrtException.class, call::run);
        assertThat(refusal).as("it is refused").isNotNull();
        return refusal;
    }

    private static void requireUnsupported(NrtException refusal, String named) {
        assertThat(refusal.status()).isEqualTo(NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION);
        assertThat(refusal).hasMessageContaining(named);
    }
}

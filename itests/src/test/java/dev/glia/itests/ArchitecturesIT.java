package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.RuntimeLifecycle;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.FloatBuffer;

/** A model is compiled for each architecture, loaded and executed, and its results are right. */
class ArchitecturesIT {

    @ParameterizedTest
    @ValueSource(strings = {"inf1", "inf2", "trn1", "trn2", "trn3"})
    void computes(String architecture) {
        try (Container container =
                Container.start(
                        Provision.core(),
                        Provision.instance(architecture),
                        Provision.manualInit())) {
            NeuronRuntime runtime = container.service(RuntimeLifecycle.class).init();
            assertThat(runtime.instance().architecture()).isEqualTo(architecture);
            assertThat(runtime.instance().emulated()).isTrue();
            try (Model model = runtime.load(ScaleModel.neff(container, architecture));
                    Execution execution = model.prepare()) {
                assertThat(model.architecture()).isEqualTo(architecture);
                FloatBuffer y = execution.output("y").asFloatBuffer();
                for (float x : new float[] {1, -2, 0.5f}) {
                    execution.input("x").write(x, 2 * x, 0, -x);

                    assertThat(execution.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);

                    assertThat(y)
                            .isEqualTo(FloatBuffer.wrap(new float[] {3 * x, 6 * x, 0, -3 * x}));
                }
            }
            assertThat(container.problems()).isEmpty();
        }
    }
}

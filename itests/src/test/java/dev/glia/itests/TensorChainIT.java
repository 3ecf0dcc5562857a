package dev.glia.itests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.glia.itests.container.Container;
import dev.glia.itests.container.GliaContainer;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.CoreQueue;
import dev.glia.runtime.DType;
import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;
import dev.glia.runtime.TensorSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Two instances of a model on two cores, whose tensors are slices of one memory; plain requests are
 * asynchronous here.
 */
class TensorChainIT {
    @RegisterExtension
    static final GliaContainer GLIA =
            GliaContainer.of(
                    Provision.core(),
                    Provision.instance("trn1.2xlarge"),
                    Provision.property("NEURON_RT_ASYNC_EXEC_MAX_INFLIGHT_REQUESTS", "2"));

    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void anOutputIsTheNextInput(Container container, NeuronRuntime runtime) {
        Path neff = ScaleModel.neff(container, "trn1");
        List<Model> models = runtime.load(neff, LoadOptions.firstFree(2));
        try (Tensor memory = runtime.allocate(TensorInfo.of("steps", DType.FLOAT32, 3, 1, 4))) {
            memory.slice(0, 1).write(1, 2, 3, 4);
            Execution first = bound(models.get(0), memory, 0);
            Execution second = bound(models.get(1), memory, 1);
            CoreQueue queue = runtime.queue(models.get(0).core().index());
            long before = queue.submitted();

            assertThat(first.execute()).isEqualTo(NrtStatus.NRT_SUCCESS);
            queue.drain(LONG);
            assertThat(queue.poll(before)).isEqualTo(before + 1);
            assertThat(second.execute(2)).isEqualTo(NrtStatus.NRT_SUCCESS);
            runtime.queue(models.get(1).core().index()).drain(LONG);

            var values = new float[12];
            memory.asFloatBuffer().get(values);
            assertThat(values).containsExactly(1, 2, 3, 4, 3, 6, 9, 12, 9, 18, 27, 36);
            assertThat(models).extracting(model -> model.core().index()).doesNotHaveDuplicates();
            assertThat(models.get(1).info().functions()).containsExactly("__onnx");
        }
        models.forEach(Model::close);
    }

    private static Execution bound(Model model, Tensor steps, int step) {
        return model.prepare(
                TensorSet.of().with("x", steps.slice(step, 1)),
                TensorSet.of().with("y", steps.slice(step + 1, 1)));
    }
}

package dev.glia.itests.log.messages;

import static org.ops4j.pax.exam.CoreOptions.composite;

import dev.glia.device.Emulation;
import dev.glia.itests.ScaleModel;
import dev.glia.itests.container.Container;
import dev.glia.itests.container.Provision;
import dev.glia.runtime.Execution;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.NrtException;

import org.ops4j.pax.exam.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Requests and loads that fail or hang, on emulated cores. */
final class ExecutionSituations {

    /** A request that hangs, and one that also ignores that it is stopped. */
    List<Said> runsThatHang() {
        try (Container container = start(Provision.property("NEURON_RT_EXEC_TIMEOUT", "3"))) {
            fault(container, "stuck=8s times=1", "execution timeout");
            return CoreSituations.await(container, "is quarantined: model");
        }
    }

    List<Said> loadThatHangs() {
        try (Container container = start(Provision.property("GLIA_LOAD_TIMEOUT", "1"))) {
            return fault(container, "slow-load=5s times=1", "is quarantined: loading");
        }
    }

    /** Tensors of 8 GiB for a core that has 2. */
    List<Said> memoryRunsOut() {
        try (Container container =
                Container.start(Provision.core(), Provision.instance("inf1.xlarge"))) {
            byte[] onnx = ScaleModel.onnx(1L << 30);
            Path neff = ScaleModel.neff(container, "large", onnx, "inf1", 0);
            return failure(container, neff, "Failed to allocate");
        }
    }

    /** {@return what is said when a core has a fault of the hardware} */
    List<Said> brokenCore(int status) {
        try (Container container = start()) {
            return fault(container, String.valueOf(status), "the core fails");
        }
    }

    private static Container start(Option... limits) {
        return Container.start(
                Provision.core(), Provision.instance("trn1.2xlarge"), composite(limits));
    }

    private static List<Said> fault(Container container, String rule, String logged) {
        container.service(Emulation.class).set("*", "", rule);
        return failure(container, ScaleModel.neff(container, "trn1"), logged);
    }

    /** {@return what is said when a request fails, as soon as something of it is in the log} */
    private static List<Said> failure(Container container, Path neff, String logged) {
        NeuronRuntime runtime = container.service(NeuronRuntime.class);
        try (Model model = runtime.load(neff);
                Execution execution = model.prepare()) {
            execution.execute();
            throw new AssertionError("nothing fails");
        } catch (NrtException failed) {
            var said = new ArrayList<>(List.of(Said.of(failed)));
            said.addAll(CoreSituations.await(container, logged));
            return said;
        }
    }
}

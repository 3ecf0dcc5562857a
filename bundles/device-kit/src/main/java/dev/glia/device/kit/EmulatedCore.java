package dev.glia.device.kit;

import dev.glia.device.CoreAddress;
import dev.glia.device.CoreSession;
import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;
import dev.glia.runtime.TensorInfo;

import java.util.List;

/** One emulated core in use: admits models, accounts their memory, and lets the engine compute. */
final class EmulatedCore implements CoreSession {

    private final Admission admission;
    private final CoreAddress core;
    private final MemoryAccount memory;
    private final Engine engine;

    EmulatedCore(Admission admission, CoreAddress core, MemoryAccount memory, Engine engine) {
        this.admission = admission;
        this.core = core;
        this.memory = memory;
        this.engine = engine;
    }

    @Override
    public LoadedModel load(ModelImage image, LoadSettings settings) {
        admission.check(image, core, settings);
        ModelImage.Graph graph =
                image.graphs().stream()
                        .filter(candidate -> candidate.function().equals(engine.function()))
                        .findFirst()
                        .orElseThrow(() -> machineCode(image));
        MemoryAccount.Reservation code =
                memory.reserve(image.member(graph.member()).byteSize(), "model code");
        try {
            return new EmulatedModel(engine.load(image, settings), code, memory, bytes(image));
        } catch (RuntimeException | Error failure) {
            code.close();
            throw failure;
        }
    }

    private NrtException machineCode(ModelImage image) {
        return new NrtException(
                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                "NEFF "
                        + image.name()
                        + " holds Neuron machine code, which only a real "
                        + admission.architecture().deviceName()
                        + " executes, and this core is emulated; run it on such a machine, or compile the model for"
                        + " emulated cores with \"glia compile MODEL.onnx --arch "
                        + admission.architecture().name()
                        + "\"");
    }

    private static long bytes(ModelImage image) {
        return sum(image.inputs()) + sum(image.outputs());
    }

    private static long sum(List<TensorInfo> tensors) {
        return tensors.stream().mapToLong(TensorInfo::bytes).reduce(0, Math::addExact);
    }

    @Override
    public void close() {
        // The memory of the core belongs to its models, which are closed before it.
    }
}

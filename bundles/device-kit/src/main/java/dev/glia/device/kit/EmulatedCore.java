package dev.glia.device.kit;

import dev.glia.device.Architecture;
import dev.glia.device.CoreSession;
import dev.glia.device.Engine;
import dev.glia.device.LoadSettings;
import dev.glia.device.LoadedModel;
import dev.glia.device.MemoryUsage;
import dev.glia.device.ModelImage;
import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

/** One emulated core in use: admits models, accounts their memory, and lets the engine compute. */
final class EmulatedCore implements CoreSession {

    private final Admission admission;
    private final CoreBehaviour behaviour;
    private final MemoryAccount memory;
    private final SharedWeights weights;
    private final Engine engine;

    EmulatedCore(
            Admission admission,
            CoreBehaviour behaviour,
            MemoryAccount memory,
            SharedWeights weights,
            Engine engine) {
        this.admission = admission;
        this.behaviour = behaviour;
        this.memory = memory;
        this.weights = weights;
        this.engine = engine;
    }

    @Override
    public LoadedModel load(ModelImage image, LoadSettings settings) {
        // First, because no other advice helps such a NEFF on an emulated core.
        if (image.graphs().stream()
                .noneMatch(graph -> graph.function().equals(engine.function()))) {
            throw machineCode(image);
        }
        admission.check(image, behaviour.core(), settings);
        behaviour.beforeLoad(image);
        memory.showTable(settings.memoryTable());
        LoadSettings own = own(settings);
        ModelMemory taken = new ModelMemory(memory, weights, engine, image, own);
        try {
            return new EmulatedModel(image, engine.load(image, own), taken, behaviour);
        } catch (RuntimeException | Error failure) {
            taken.close();
            throw failure;
        }
    }

    /** Processes do not share the weights of a model. */
    private LoadSettings own(LoadSettings settings) {
        return engine instanceof Engine.Isolated
                ? new LoadSettings(
                        settings.allowLegacy(),
                        false,
                        settings.reportNan(),
                        settings.memoryTable(),
                        settings.containment())
                : settings;
    }

    private NrtException machineCode(ModelImage image) {
        Architecture own = admission.architecture();
        boolean fits = image.architecture().equals(own.name());
        return new NrtException(
                NrtStatus.NRT_UNSUPPORTED_NEFF_VERSION,
                "NEFF "
                        + image.label()
                        + " holds Neuron machine code, which only a real "
                        + (fits ? own.deviceName() : image.architecture())
                        + " executes, and this core is emulated; run it on such a machine, or compile the model for"
                        + " emulated cores with \"glia compile MODEL.onnx --arch "
                        + own.name()
                        + "\"");
    }

    @Override
    public MemoryUsage memory() {
        return memory.usage();
    }

    /** The memory of the core belongs to its models, which are closed before it. */
    @Override
    public void close() {
        if (engine instanceof Engine.Isolated process) {
            process.close();
        }
    }
}

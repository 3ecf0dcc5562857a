package dev.glia.device.kit;

import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;
import dev.glia.device.ModelImage;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A model on an emulated core: the engine's model, the memory that it and its tensors take, and how
 * the core behaves.
 */
final class EmulatedModel implements LoadedModel {

    private final ModelImage image;
    private final LoadedModel computed;
    private final ModelMemory memory;
    private final CoreBehaviour core;

    EmulatedModel(ModelImage image, LoadedModel computed, ModelMemory memory, CoreBehaviour core) {
        this.image = image;
        this.computed = computed;
        this.memory = memory;
        this.core = core;
    }

    @Override
    public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
        core.beforeBind(image);
        MemoryAccount.Reservation tensors = memory.tensors();
        try {
            return bind(computed.bind(inputs, outputs), outputs, tensors);
        } catch (RuntimeException | Error failure) {
            tensors.close();
            throw failure;
        }
    }

    private Invocation bind(
            Invocation bound, List<MemorySegment> outputs, MemoryAccount.Reservation tensors) {
        CoreBehaviour.Executions rules = core.executions(image.name());
        return rules.plain()
                ? new PlainInvocation(bound, tensors)
                : new EmulatedInvocation(
                        new EmulatedInvocation.Bound(
                                image.label(), bound, image.outputs(), outputs, tensors),
                        core,
                        rules);
    }

    @Override
    public void close() {
        computed.close();
        memory.close();
    }
}

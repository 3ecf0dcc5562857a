package dev.glia.engine.onnx.internal.isolation;

import dev.glia.device.Invocation;
import dev.glia.device.LoadedModel;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** A model in a process that it shares with no other one, and that ends with it. */
public record ModelApart(LoadedModel model, IsolatedCore process) implements LoadedModel {

    @Override
    public Invocation bind(List<MemorySegment> inputs, List<MemorySegment> outputs) {
        return model.bind(inputs, outputs);
    }

    @Override
    public void close() {
        try (process) {
            model.close();
        }
    }
}

package dev.glia.launcher.cli;

import dev.glia.runtime.Execution;
import dev.glia.runtime.LoadOptions;
import dev.glia.runtime.Model;
import dev.glia.runtime.NeuronCore;
import dev.glia.runtime.NeuronRuntime;
import dev.glia.runtime.Tensor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One model on some cores of this process. Closing the runtime closes them all. */
final class LoadedCores {
    private final List<Model> models = new ArrayList<>();
    private final long loadNanos;

    LoadedCores(NeuronRuntime runtime, List<NeuronCore> cores, Path neff) {
        long start = System.nanoTime();
        for (NeuronCore core : cores) {
            models.add(runtime.load(neff, LoadOptions.core(core.index())));
        }
        loadNanos = System.nanoTime() - start;
    }

    Model model() {
        return models.getFirst();
    }

    long loadNanos() {
        return loadNanos;
    }

    List<NeuronCore> cores() {
        return models.stream().map(Model::core).toList();
    }

    /**
     * Prepares the same requests on each of the first cores; the inputs of the first one are copied
     * to the others.
     */
    List<List<Execution>> prepare(int cores, int depth, Consumer<Execution> inputs) {
        List<List<Execution>> prepared = new ArrayList<>();
        Execution first = null;
        for (Model model : models.subList(0, cores)) {
            List<Execution> slots = new ArrayList<>();
            for (int slot = 0; slot < depth; slot++) {
                Execution execution = model.prepare();
                slots.add(execution);
                if (first == null) {
                    first = execution;
                    inputs.accept(first);
                } else {
                    for (Tensor input : first.inputs()) {
                        execution.input(input.info().name()).write(input.segment());
                    }
                }
            }
            prepared.add(slots);
        }
        return prepared;
    }
}

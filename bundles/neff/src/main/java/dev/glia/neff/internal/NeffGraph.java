package dev.glia.neff.internal;

import dev.glia.device.ModelImage;
import dev.glia.runtime.TensorInfo;

import java.util.List;

/** What {@code neff.json} says: the graphs and the tensors, each name once. */
record NeffGraph(List<ModelImage.Graph> graphs, List<TensorInfo> inputs, List<TensorInfo> outputs) {

    NeffGraph {
        graphs = List.copyOf(graphs);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}

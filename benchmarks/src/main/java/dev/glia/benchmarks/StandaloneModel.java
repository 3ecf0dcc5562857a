package dev.glia.benchmarks;

import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.UUID;

/**
 * The one-float model as an engine sees it, without a NEFF.
 *
 * @param onnx its graph
 */
record StandaloneModel(MemorySegment onnx) implements ModelImage {

    @Override
    public String name() {
        return "one-float";
    }

    @Override
    public UUID uuid() {
        return new UUID(0, 0);
    }

    @Override
    public String architecture() {
        return "trn1";
    }

    @Override
    public int lncSize() {
        return 1;
    }

    @Override
    public long featureBits() {
        return 0;
    }

    @Override
    public List<TensorInfo> inputs() {
        return List.of(new TensorInfo("x", TensorInfo.Usage.INPUT, DType.FLOAT32, List.of(1L)));
    }

    @Override
    public List<TensorInfo> outputs() {
        return List.of(new TensorInfo("y", TensorInfo.Usage.OUTPUT, DType.FLOAT32, List.of(1L)));
    }

    @Override
    public List<Graph> graphs() {
        return List.of(new Graph("__onnx", "model.onnx"));
    }

    @Override
    public MemorySegment member(String name) {
        return name.equals("model.onnx") ? onnx : null;
    }
}

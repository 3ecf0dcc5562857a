package dev.glia.device.kit;

import dev.glia.device.ModelImage;
import dev.glia.runtime.DType;
import dev.glia.runtime.TensorInfo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.UUID;

/** A NEFF without the file: one input, one output of 100 elements each, 1000 bytes of graph. */
final class Image implements ModelImage {

    private final String name;
    private final String architecture;
    int lncSize = 2;
    long features;
    DType type = DType.FLOAT32;
    String function = "__onnx";
    String label;

    Image(String architecture) {
        this("test.neff", architecture);
    }

    Image(String name, String architecture) {
        this.name = name;
        this.label = name;
        this.architecture = architecture;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public UUID uuid() {
        return new UUID(1, name.hashCode());
    }

    @Override
    public String architecture() {
        return architecture;
    }

    @Override
    public int lncSize() {
        return lncSize;
    }

    @Override
    public long featureBits() {
        return features;
    }

    @Override
    public List<TensorInfo> inputs() {
        return List.of(new TensorInfo("x", TensorInfo.Usage.INPUT, type, List.of(100L)));
    }

    @Override
    public List<TensorInfo> outputs() {
        return List.of(new TensorInfo("y", TensorInfo.Usage.OUTPUT, type, List.of(100L)));
    }

    @Override
    public List<Graph> graphs() {
        return List.of(new Graph(function, "model.onnx"));
    }

    @Override
    public MemorySegment member(String member) {
        return Arena.ofAuto().allocate(1000);
    }
}

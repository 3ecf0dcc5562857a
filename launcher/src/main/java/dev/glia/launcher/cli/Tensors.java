package dev.glia.launcher.cli;

import dev.glia.control.Json;
import dev.glia.launcher.tensor.Elements;
import dev.glia.runtime.Tensor;
import dev.glia.runtime.TensorInfo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tensors as the output of commands shows them. */
final class Tensors {

    private Tensors() {}

    static Map<String, Object> json(TensorInfo info) {
        return Json.object(
                "name", info.name(), "dtype", info.dtype().label(), "shape", info.shape());
    }

    /** The first elements, flattened. */
    static List<Number> first(int count, Tensor tensor) {
        List<Number> values = new ArrayList<>();
        for (long i = 0; i < Math.min(count, tensor.info().elements()); i++) {
            values.add(Elements.get(tensor.info().dtype(), tensor.segment(), i));
        }
        return values;
    }

    static Optional<TensorInfo> find(List<TensorInfo> tensors, String name) {
        return tensors.stream().filter(info -> info.name().equals(name)).findFirst();
    }

    static List<String> names(List<TensorInfo> tensors) {
        return tensors.stream().map(TensorInfo::name).toList();
    }
}

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

    /** {@return where the first NaN of some tensors is, such as {@code y at [0, 3]}} */
    static Optional<String> firstNan(List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            TensorInfo info = tensor.info();
            long count = info.elements();
            for (long i = 0; i < count; i++) {
                if (Double.isNaN(Elements.get(info.dtype(), tensor.segment(), i).doubleValue())) {
                    return Optional.of(info.name() + " at " + info.place(i));
                }
            }
        }
        return Optional.empty();
    }

    static Optional<TensorInfo> find(List<TensorInfo> tensors, String name) {
        return tensors.stream().filter(info -> info.name().equals(name)).findFirst();
    }

    static List<String> names(List<TensorInfo> tensors) {
        return tensors.stream().map(TensorInfo::name).toList();
    }
}

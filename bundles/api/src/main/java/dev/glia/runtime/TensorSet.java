package dev.glia.runtime;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors by the names that a model gives them: {@code nrt_tensor_set}. One set may be bound to
 * several executions and models, and one tensor may be in several sets under different names: so
 * the output of a model becomes the input of the next without a copy. Immutable; the tensors are
 * not.
 *
 * @param tensors the tensors by name
 */
public record TensorSet(Map<String, Tensor> tensors) {

    private static final TensorSet EMPTY = new TensorSet(Map.of());

    /** Copies. */
    public TensorSet {
        tensors = Map.copyOf(tensors);
    }

    /**
     * Makes a set of tensors under their own names.
     *
     * @param tensors the tensors; of two with the same name the later one counts
     * @return the set
     */
    public static TensorSet of(Tensor... tensors) {
        TensorSet set = EMPTY;
        for (Tensor tensor : tensors) {
            set = set.with(tensor.info().name(), tensor);
        }
        return set;
    }

    /**
     * Adds a tensor, or replaces the one that has the name: {@code nrt_add_tensor_to_tensor_set}.
     *
     * @param name the name that the model gives it, whatever its own is
     * @param tensor the tensor
     * @return the set with it
     */
    public TensorSet with(String name, Tensor tensor) {
        Map<String, Tensor> more = new LinkedHashMap<>(tensors);
        more.put(name, tensor);
        return new TensorSet(more);
    }

    /**
     * Finds a tensor: {@code nrt_get_tensor_from_tensor_set}.
     *
     * @param name its name in this set
     * @return the tensor
     * @throws NrtException NRT_FAILURE when there is none
     */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new NrtException(
                    NrtStatus.NRT_FAILURE,
                    "the tensor set has no tensor "
                            + name
                            + "; it has "
                            + tensors.keySet().stream().sorted().toList());
        }
        return tensor;
    }
}

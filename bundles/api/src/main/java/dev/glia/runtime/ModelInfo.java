package dev.glia.runtime;

import java.util.List;
import java.util.UUID;

/**
 * What is known of a loaded model, as {@code nrt_get_model_info} and {@code
 * nrt_get_model_tensor_info} tell it.
 *
 * @param id the number of the model in this process; rises with each load and is never used again
 * @param name the name in the NEFF header
 * @param uuid the id in the NEFF header
 * @param architecture the architecture that the NEFF was compiled for, such as {@code trn1}
 * @param core the NeuronCore that executes it
 * @param instances how many instances were loaded together; as many threads execute at a time
 * @param lncSize physical cores per logical core that the NEFF was compiled for, 0 when unspecified
 * @param featureBits the feature bits in the NEFF header
 * @param functions what executes the graphs of the NEFF, such as {@code __kelf} or {@code __onnx}
 * @param tensors the inputs in the order of the NEFF, then the outputs
 */
public record ModelInfo(
        long id,
        String name,
        UUID uuid,
        String architecture,
        NeuronCore core,
        int instances,
        int lncSize,
        long featureBits,
        List<String> functions,
        List<TensorInfo> tensors) {

    /** Copies. */
    public ModelInfo {
        functions = List.copyOf(functions);
        tensors = List.copyOf(tensors);
    }
}

package dev.glia.engine.onnx.internal.flat;

import dev.glia.engine.onnx.internal.onnx.WeightStore;

import java.nio.charset.StandardCharsets;

/**
 * Models in ONNX Runtime's own format, which it opens several times faster than ONNX, and in which
 * it uses weights where they lie. The graph and its weights are two parts here that only have to
 * lie one behind the other in memory: so weights are stored once and apart.
 */
public final class OrtFormat {
    private static final byte[] IDENTIFIER = "ORTM".getBytes(StandardCharsets.US_ASCII);

    private OrtFormat() {}

    /**
     * Takes the large constants out of a model, and gives what is left one order for the same
     * content: ONNX Runtime writes much of it in the order of its hash tables.
     *
     * @param model what ONNX Runtime wrote
     * @param weights where the constants go
     * @return the model, behind whose end the store's memory has to follow
     * @throws IllegalArgumentException when ONNX Runtime wrote what is not known here
     * @throws ArithmeticException when graph and weights together are beyond 2 GiB, which is more
     *     than the format can refer to
     */
    public static byte[] separate(byte[] model, WeightStore weights) {
        return FlatWriter.write(new FlatReader(model, weights).root(), IDENTIFIER);
    }
}

package dev.glia.driver.tck;

/**
 * The two models that the checks run, in the form that the driver takes.
 *
 * @param function the function of the graphs, such as {@code __onnx}
 * @param scale a graph over {@code float32 [1,4]}: {@code y = 3 x}
 * @param spin a graph over {@code float32 [1,4]}: {@code y = x}, once all elements of x are at most
 *     zero; while one is greater, it computes without end
 */
public record Graphs(String function, byte[] scale, byte[] spin) {

    /** As ONNX graphs, which drivers hand to the engine that they are given. */
    public static final Graphs ONNX = new Graphs("__onnx", Onnx.scale(), Onnx.spin());

    /** The factor of the first model. */
    static final float FACTOR = 3;

    /** Elements of every tensor. */
    static final int SIZE = 4;
}

package dev.glia.engine.onnx.internal;

import dev.glia.engine.onnx.internal.onnx.ElementType;
import dev.glia.engine.onnx.internal.onnx.GraphAuthor;

import java.util.List;

/**
 * The sample that ships with Glia: an edge filter over a grey picture. The picture is continued
 * beyond its border, the two Sobel filters give the gradient, and its length is scaled so that the
 * hardest straight edge is 1.
 */
public final class EdgesSample {
    private static final int OPSET = 17;
    private static final int SIDE = 256;
    private static final float[] SOBEL = {
        -1, 0, 1, -2, 0, 2, -1, 0, 1, // across
        -1, -2, -1, 0, 0, 0, 1, 2, 1, // down
    };

    /** A step from 0 to 1 along an axis gives the sum of the positive weights of one filter. */
    private static final float HARDEST_EDGE = 4;

    private EdgesSample() {}

    /**
     * {@return the ONNX model: {@code image} to {@code edges}, both float32 [1,1,256,256] from 0 to
     * 1}
     */
    public static byte[] onnx() {
        return new GraphAuthor("edges")
                .input("image", ElementType.FLOAT, 1, 1, SIDE, SIDE)
                .output("edges", ElementType.FLOAT, 1, 1, SIDE, SIDE)
                .longs("border", new long[] {0, 0, 1, 1, 0, 0, 1, 1}, 8)
                .floats("sobel", SOBEL, 2, 1, 3, 3)
                .floats("scale", new float[] {1 / HARDEST_EDGE})
                .floats("black", new float[] {0})
                .floats("white", new float[] {1})
                .node(
                        "Pad",
                        List.of("image", "border"),
                        List.of("continued"),
                        GraphAuthor.attribute("mode", "edge"))
                .node("Conv", List.of("continued", "sobel"), List.of("gradient"))
                .node(
                        "ReduceL2",
                        List.of("gradient"),
                        List.of("length"),
                        GraphAuthor.attribute("axes", List.of(1L)),
                        GraphAuthor.attribute("keepdims", 1))
                .node("Mul", List.of("length", "scale"), List.of("scaled"))
                .node("Clip", List.of("scaled", "black", "white"), List.of("edges"))
                .model(OPSET);
    }
}

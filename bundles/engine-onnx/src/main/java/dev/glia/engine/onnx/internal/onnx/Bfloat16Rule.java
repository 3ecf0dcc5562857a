package dev.glia.engine.onnx.internal.onnx;

import java.util.List;
import java.util.Set;

/**
 * What operators do with bfloat16: which of their results are of it, and which of them give only
 * values that they were given, so that there is nothing to round.
 */
final class Bfloat16Rule {

    /** Attributes whose number is the element type of the result, unless it is 0. */
    private static final Set<String> RESULT_TYPES =
            Set.of("to", "dtype", "output_dtype", "output_datatype");

    /** Attributes whose number is the element type in which something is computed. */
    private static final Set<String> INNER_TYPES =
            Set.of("stash_type", "precision", "softmax_precision");

    /** Their results are of a type that does not depend on what they are given. */
    private static final Set<String> OTHER_RESULTS =
            Set.of(
                    "ArgMax",
                    "ArgMin",
                    "Equal",
                    "Greater",
                    "GreaterOrEqual",
                    "IsInf",
                    "IsNaN",
                    "Less",
                    "LessOrEqual",
                    "Multinomial",
                    "NonZero",
                    "OptionalHasElement",
                    "QLinearMatMul",
                    "QuantizeLinear",
                    "SequenceLength",
                    "Shape",
                    "Size");

    /** They move, choose, or change the sign. */
    private static final Set<String> EXACT =
            Set.of(
                    "Abs",
                    "Clip",
                    "Compress",
                    "Concat",
                    "ConcatFromSequence",
                    "DepthToSpace",
                    "Expand",
                    "Flatten",
                    "Gather",
                    "GatherElements",
                    "GatherND",
                    "GlobalMaxPool",
                    "Identity",
                    "If",
                    "Loop",
                    "Max",
                    "MaxPool",
                    "Min",
                    "Neg",
                    "Optional",
                    "OptionalGetElement",
                    "Pad",
                    "ReduceMax",
                    "ReduceMin",
                    "Relu",
                    "Reshape",
                    "ReverseSequence",
                    "Scan",
                    "SequenceAt",
                    "SequenceConstruct",
                    "SequenceEmpty",
                    "SequenceErase",
                    "SequenceInsert",
                    "SequenceMap",
                    "Slice",
                    "SpaceToDepth",
                    "Split",
                    "SplitToSequence",
                    "Squeeze",
                    "Tile",
                    "TopK",
                    "Transpose",
                    "Trilu",
                    "Unsqueeze",
                    "Where");

    /** ONNX Runtime has them for bfloat16, and their bits are what they are about. */
    private static final Set<String> AS_THEY_ARE = Set.of("BitCast", "Constant", "ConstantOfShape");

    private Bfloat16Rule() {}

    /** {@return whether an attribute of this name chooses an element type} */
    static boolean choosesType(String attribute) {
        return RESULT_TYPES.contains(attribute) || INNER_TYPES.contains(attribute);
    }

    /** {@return whether there is nothing to round in the results} */
    static boolean isExact(NodeParts node) {
        return node.isStandard() && EXACT.contains(node.operator());
    }

    /** {@return whether the node takes and gives bfloat16 as it is} */
    static boolean staysAsItIs(NodeParts node) {
        return node.isStandard() && AS_THEY_ARE.contains(node.operator());
    }

    /**
     * {@return whether a result is of bfloat16}
     *
     * @param node the node
     * @param output which result
     * @param inputs which of its inputs are of bfloat16
     */
    static boolean gives(NodeParts node, int output, List<Boolean> inputs) {
        for (NodeParts.Attribute attribute : node.attributes()) {
            if (RESULT_TYPES.contains(attribute.name()) && attribute.number() != 0) {
                return attribute.number() == Bfloat16Type.NUMBER;
            }
        }
        boolean any = inputs.contains(true);
        if (!node.isStandard()) {
            return any;
        }
        return switch (node.operator()) {
            case String other when OTHER_RESULTS.contains(other) -> false;
            case "Constant", "ConstantOfShape" ->
                    node.attributes().stream()
                            .anyMatch(value -> value.tensorType() == Bfloat16Type.NUMBER);
            case "MaxPool", "TopK", "Unique" -> output == 0 && any;
            case "Dropout" -> output == 0 && is(inputs, 0);
            case "LayerNormalization" -> output == 0 ? any : isStashed(node);
            case "BatchNormalization" -> output == 0 ? is(inputs, 0) : any;
            case "GridSample", "Pow", "Resize" -> is(inputs, 0);
            case "CastLike", "DequantizeLinear", "RMSNormalization" -> is(inputs, 1);
            case "OneHot" -> is(inputs, 2);
            default -> any;
        };
    }

    private static boolean is(List<Boolean> inputs, int index) {
        return index < inputs.size() && inputs.get(index);
    }

    private static boolean isStashed(NodeParts node) {
        return node.attributes().stream()
                .anyMatch(
                        attribute ->
                                attribute.name().equals("stash_type")
                                        && attribute.number() == Bfloat16Type.NUMBER);
    }
}

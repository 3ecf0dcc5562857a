package dev.glia.engine.onnx.internal.onnx;

/**
 * Finds branches within branches. ONNX Runtime 1.28 takes the branch that shapes decide, and fails
 * or crashes when that happens within another branch.
 */
final class NestedBranches {
    private NestedBranches() {}

    /** {@return whether the graph at the current field of a model or attribute has any} */
    static boolean in(ProtoReader parent) {
        return in(parent, false);
    }

    private static boolean in(ProtoReader parent, boolean within) {
        ProtoReader graph = parent.message("graph");
        while (graph.next()) {
            if (graph.number() == Fields.GRAPH_NODE && node(graph, within)) {
                return true;
            }
        }
        return false;
    }

    private static boolean node(ProtoReader graph, boolean within) {
        boolean branch = graph.message("node").text(Fields.NODE_OP_TYPE).equals("If");
        if (branch && within) {
            return true;
        }
        ProtoReader node = graph.message("node");
        while (node.next()) {
            if (node.number() == Fields.NODE_ATTRIBUTE) {
                ProtoReader attribute = node.message("attribute");
                while (attribute.next()) {
                    if (attribute.number() == Fields.ATTRIBUTE_GRAPH
                            && in(attribute, within || branch)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}

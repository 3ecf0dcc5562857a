package dev.glia.engine.onnx.internal.onnx;

import dev.glia.engine.onnx.internal.onnx.OperandShape.Wanted;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Writes the nodes that make a run fail where an operand has another shape than it must have. */
final class GuardAuthor {
    private final String result;
    private final Consumer<ProtoWriter> graph;
    private int values;

    private GuardAuthor(String result, Consumer<ProtoWriter> graph) {
        this.result = result;
        this.graph = graph;
    }

    /**
     * Writes them.
     *
     * @param operand the name of the operand
     * @param wanted the shape that it must have; empty when it is only forbidden that an extent is
     *     0
     * @param result the name of the guarded operand. A graph that has this name too is refused by
     *     ONNX Runtime
     * @param graph takes the nodes
     */
    static void guard(
            String operand, List<Wanted> wanted, String result, Consumer<ProtoWriter> graph) {
        new GuardAuthor(result, graph).write(operand, wanted);
    }

    /** In a Reshape, 0 is the extent that there is. */
    private void write(String operand, List<Wanted> wanted) {
        String shape;
        if (wanted.isEmpty()) {
            shape = node("Shape", List.of(operand));
            shape = filled(shape, first(shape, 0));
        } else if (wanted.stream().allMatch(Wanted::isKnown)) {
            shape = numbers(wanted.stream().mapToLong(Wanted::size).toArray());
        } else {
            // ONNX Runtime takes a Concat in front of a Reshape for right, and leaves it out.
            List<String> extents = new ArrayList<>();
            for (Wanted extent : wanted) {
                extents.add(extent.isKnown() ? numbers(extent.size()) : extent(extent));
            }
            shape = node("Concat", extents, GraphAuthor.attribute("axis", 0));
            shape = node("Where", List.of(isSome(shape), shape, numbers(0)));
        }
        write("Reshape", List.of(operand, shape), result);
    }

    private String extent(Wanted wanted) {
        String one = first(node("Shape", List.of(wanted.of())), wanted.at());
        String size = node("Mul", List.of(one, numbers(wanted.size())));
        return filled(size, size);
    }

    /** {@return an extent; a run fails where there is none} */
    private String first(String shape, long at) {
        return node("Gather", List.of(shape, numbers(at)), GraphAuthor.attribute("axis", 0));
    }

    /**
     * {@return the extents with 1 for each 0: no operand without data has such a shape}
     *
     * @param needed a value without which there is no result
     */
    private String filled(String extents, String needed) {
        String one = node("Where", List.of(isSome(needed), numbers(1), numbers(1)));
        return node("Where", List.of(isSome(extents), extents, one));
    }

    private String isSome(String numbers) {
        return node(
                "Cast", List.of(numbers), GraphAuthor.attribute("to", ElementType.BOOL.ordinal()));
    }

    private String numbers(long... values) {
        ByteBuffer data =
                ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(values);
        return node(
                "Constant",
                List.of(),
                GraphAuthor.attribute("value", ElementType.INT64, data, values.length));
    }

    private String node(String operator, List<String> inputs, ProtoWriter... attributes) {
        String name = result + "." + values++;
        write(operator, inputs, name, attributes);
        return name;
    }

    private void write(
            String operator, List<String> inputs, String output, ProtoWriter... attributes) {
        ProtoWriter node = new ProtoWriter();
        inputs.forEach(input -> node.string(Fields.NODE_INPUT, input));
        node.string(Fields.NODE_OUTPUT, output)
                .string(Fields.NODE_NAME, output)
                .string(Fields.NODE_OP_TYPE, operator);
        for (ProtoWriter attribute : attributes) {
            node.message(Fields.NODE_ATTRIBUTE, attribute);
        }
        graph.accept(node);
    }
}

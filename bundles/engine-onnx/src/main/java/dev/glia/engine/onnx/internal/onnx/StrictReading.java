package dev.glia.engine.onnx.internal.onnx;

import dev.glia.runtime.NrtException;
import dev.glia.runtime.NrtStatus;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * Makes sure that a model can be read in one way only, before it is handed on. ONNX Runtime reads
 * the same bytes itself, and readers of protobuf disagree about a field that comes twice, a number
 * that is wider than its type, and a value of another kind. Fields that are merely new pass.
 */
final class StrictReading {
    /** ONNX Runtime needs memory and time for each extent of a constant. */
    static final int RANK = 16;

    /** ONNX Runtime takes about twice as long for each graph within a graph. */
    static final int NESTED_GRAPHS = 8;

    /** What the description of a NEFF can name. */
    private static final int PORTS = 65_536;

    /** Is shown each tensor of a model. */
    interface Tensors {
        /**
         * A tensor.
         *
         * @param tensor a reader of it
         * @param ownConstant whether it is a constant of the outermost graph
         */
        void tensor(ProtoReader tensor, boolean ownConstant);
    }

    private final Tensors tensors;

    private StrictReading(Tensors tensors) {
        this.tensors = tensors;
    }

    /**
     * Reads a model.
     *
     * @param model the ONNX model
     * @param name its name, for messages
     * @param tensors is shown each tensor
     * @throws NrtException NRT_INVALID when it is damaged, or could be read in another way
     */
    static void read(ByteBuffer model, String name, Tensors tensors) {
        new StrictReading(tensors).read(ProtoReader.of(model, name), OnnxMessage.MODEL, 0);
    }

    /** Reads a message that lies within so many graphs. */
    private void read(ProtoReader reader, OnnxMessage message, int graphs) {
        long seen = 0;
        boolean chosen = false;
        int rank = 0;
        int ports = 0;
        Set<String> attributes = message == OnnxMessage.NODE ? new HashSet<>() : Set.of();
        while (reader.next()) {
            OnnxMessage.Field field = message.field(reader.number());
            if (field == null) {
                continue;
            }
            long bit = 1L << field.number();
            if (!field.repeated() && (seen & bit) != 0 || field.excluding() && chosen) {
                throw reader.damaged("field " + field.number() + " is there a second time");
            }
            seen |= bit;
            chosen |= field.excluding();
            if (!field.isWritten(reader)) {
                throw reader.damaged("field " + field.number() + " holds no " + field.label());
            }
            if (field.isMessage()) {
                read(reader, message, field, graphs);
                if (message == OnnxMessage.NODE
                        && field.number() == Fields.NODE_ATTRIBUTE
                        && !attributes.add(
                                reader.message("attribute").text(Fields.ATTRIBUTE_NAME))) {
                    throw reader.damaged("two attributes of one name");
                }
                if (message == OnnxMessage.GRAPH
                        && graphs == 1
                        && isPort(reader.number())
                        && ++ports > PORTS) {
                    throw tooManyPorts(reader);
                }
            } else if (message == OnnxMessage.TENSOR && field.number() == Fields.TENSOR_DIMS) {
                rank += reader.varints(RANK).length;
                if (rank > RANK) {
                    throw reader.damaged("a tensor of more than " + RANK + " dimensions");
                }
            }
        }
    }

    private void read(ProtoReader reader, OnnxMessage parent, OnnxMessage.Field field, int graphs) {
        ProtoReader child = reader.message(field.label());
        switch (field.message()) {
            case TENSOR -> {
                read(child, OnnxMessage.TENSOR, graphs);
                boolean own = graphs == 1 && parent == OnnxMessage.GRAPH;
                tensors.tensor(reader.message(field.label()), own);
            }
            case GRAPH -> {
                if (graphs > NESTED_GRAPHS) {
                    throw reader.damaged("a graph within more than " + NESTED_GRAPHS + " others");
                }
                if (graphs > 0) {
                    requireOneSource(reader.message(field.label()));
                }
                read(child, OnnxMessage.GRAPH, graphs + 1);
            }
            default -> read(child, field.message(), graphs);
        }
    }

    private static boolean isPort(int field) {
        return field == Fields.GRAPH_INPUT || field == Fields.GRAPH_OUTPUT;
    }

    private static NrtException tooManyPorts(ProtoReader graph) {
        return new NrtException(
                NrtStatus.NRT_INVALID,
                graph.place()
                        + " has more than "
                        + PORTS
                        + " inputs and outputs, which no NEFF can name; join them in the graph");
    }

    /** ONNX Runtime 1.28 ends the process for a body whose input is also a constant of it. */
    private static void requireOneSource(ProtoReader graph) {
        Set<String> inputs = new HashSet<>();
        Set<String> constants = new HashSet<>();
        while (graph.next()) {
            switch (graph.number()) {
                case Fields.GRAPH_INPUT ->
                        inputs.add(graph.message("input").text(Fields.VALUE_NAME));
                case Fields.GRAPH_INITIALIZER ->
                        constants.add(graph.message("initializer").text(Fields.TENSOR_NAME));
                case Fields.GRAPH_SPARSE_INITIALIZER ->
                        constants.add(sparseName(graph.message("sparse_initializer")));
                default -> {}
            }
        }
        for (String input : inputs) {
            if (constants.contains(input)) {
                throw new NrtException(
                        NrtStatus.NRT_INVALID,
                        graph.place()
                                + " has "
                                + input
                                + " both as an input and as a constant; remove one of them: the"
                                + " body of a Loop, Scan or If gets its inputs from its operator");
            }
        }
    }

    private static String sparseName(ProtoReader sparse) {
        while (sparse.next()) {
            if (sparse.number() == Fields.SPARSE_VALUES) {
                return sparse.message("values").text(Fields.TENSOR_NAME);
            }
        }
        return "";
    }
}

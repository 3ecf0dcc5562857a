package dev.glia.engine.onnx.internal.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An input or output as a graph declares it.
 *
 * @param name the name
 * @param kind what it is: {@value #TENSOR}, a sequence ...; empty when the graph does not say
 * @param elementType the number of its ONNX element type, 0 when the graph does not say
 * @param dims its dimensions, empty when not even their number is known
 */
record GraphValue(String name, String kind, long elementType, Optional<List<Dim>> dims) {
    static final String TENSOR = "a tensor";

    /**
     * A dimension.
     *
     * @param size its size, negative when it is open
     * @param symbol what the graph calls it
     */
    record Dim(long size, String symbol) {

        boolean isOpen() {
            return size < 0;
        }

        /**
         * Exporters write {@code ?}, {@code -1} or {@code None} for what they do not know, and two
         * of those are not one size.
         */
        boolean isNamed() {
            return isOpen()
                    && symbol.codePoints().anyMatch(Character::isLetter)
                    && !symbol.equalsIgnoreCase("none");
        }

        private static Dim of(ProtoReader dim) {
            long size = -1;
            String symbol = "";
            while (dim.next()) {
                switch (dim.number()) {
                    case Fields.DIM_VALUE -> size = Math.max(-1, dim.varintValue());
                    case Fields.DIM_PARAM -> {
                        symbol = dim.string();
                        size = symbol.isEmpty() ? size : -1;
                    }
                    default -> {}
                }
            }
            return new Dim(size, symbol);
        }

        @Override
        public String toString() {
            return !isOpen() ? String.valueOf(size) : isNamed() ? symbol : "?";
        }
    }

    static GraphValue of(ProtoReader value) {
        String name = "";
        GraphValue type = new GraphValue("", "", 0, Optional.empty());
        while (value.next()) {
            switch (value.number()) {
                case Fields.VALUE_NAME -> name = value.string();
                case Fields.VALUE_TYPE -> type = type(value.message("type"));
                default -> {}
            }
        }
        return new GraphValue(name, type.kind, type.elementType, type.dims);
    }

    private static GraphValue type(ProtoReader type) {
        String kind = "";
        long element = 0;
        Optional<List<Dim>> dims = Optional.empty();
        while (type.next()) {
            switch (type.number()) {
                case Fields.TYPE_TENSOR -> {
                    kind = TENSOR;
                    ProtoReader tensor = type.message("tensor_type");
                    while (tensor.next()) {
                        switch (tensor.number()) {
                            case Fields.TENSOR_TYPE_ELEMENT -> element = tensor.varintValue();
                            case Fields.TENSOR_TYPE_SHAPE ->
                                    dims = Optional.of(dims(tensor.message("shape")));
                            default -> {}
                        }
                    }
                }
                case Fields.TYPE_SEQUENCE -> kind = "a sequence";
                case Fields.TYPE_MAP -> kind = "a map";
                case Fields.TYPE_SPARSE_TENSOR -> kind = "a sparse tensor";
                case Fields.TYPE_OPTIONAL -> kind = "an optional value";
                default -> {}
            }
        }
        return new GraphValue("", kind, element, dims);
    }

    private static List<Dim> dims(ProtoReader shape) {
        List<Dim> dims = new ArrayList<>();
        while (shape.next()) {
            if (shape.number() == Fields.SHAPE_DIM) {
                dims.add(Dim.of(shape.message("dim")));
            }
        }
        return List.copyOf(dims);
    }

    /** {@return the extents that the graph tells, -1 for the others, as many as there are} */
    List<Long> known(int rank) {
        return dims.map(all -> all.stream().map(Dim::size).toList())
                .orElse(Collections.nCopies(rank, -1L));
    }

    ElementType element() {
        return ElementType.of(elementType);
    }

    /** {@return name and shape as people read them, such as {@code x [1,seq,?]}} */
    String shown() {
        return name
                + dims.map(
                                known ->
                                        known.stream()
                                                .map(Dim::toString)
                                                .collect(Collectors.joining(",", " [", "]")))
                        .orElse(" of unknown shape");
    }

    /** {@return the declaration without a shape} */
    ProtoWriter unshaped() {
        ProtoWriter value = new ProtoWriter().string(Fields.VALUE_NAME, name);
        ProtoWriter type = new ProtoWriter().varint(Fields.TENSOR_TYPE_ELEMENT, elementType);
        return kind.equals(TENSOR)
                ? value.message(
                        Fields.VALUE_TYPE, new ProtoWriter().message(Fields.TYPE_TENSOR, type))
                : value;
    }
}

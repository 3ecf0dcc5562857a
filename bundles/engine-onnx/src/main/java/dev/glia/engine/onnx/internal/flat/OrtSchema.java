package dev.glia.engine.onnx.internal.flat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the tables of ONNX Runtime's own format hold, field by field; the format is described by
 * {@code ort.fbs} in its sources.
 */
final class OrtSchema {

    /** What a field holds. */
    sealed interface Field {}

    /** A number in the table itself. */
    record Number(int bytes) implements Field {}

    /** A text. */
    record Text() implements Field {}

    /** Numbers, or structures of them. */
    record Numbers(int stride) implements Field {}

    /** The data of a tensor. */
    record Data() implements Field {}

    /** Texts. */
    record Texts() implements Field {}

    /** A table, by the name of its kind. */
    record Table(String kind) implements Field {}

    /** Tables, which have an order or are sorted by their first field, a text. */
    record Tables(String kind, boolean sorted) implements Field {}

    /** A table of one of some kinds, whose number, from 1, is in the field before. */
    record Union(List<String> kinds) implements Field {}

    /** A field that is no longer written. */
    record Gone() implements Field {}

    /** The kind of the outermost table. */
    static final String ROOT = "InferenceSession";

    /**
     * The fields of each kind: a number of bytes, {@code text}, the name of a kind, or one of these
     * in brackets where there are several; in braces those without an order of their own.
     */
    private static final String TABLES =
            """
            InferenceSession: text Model gone Resolver
            Resolver: {ResolverEntry}
            ResolverEntry: text {ResolverArgs}
            ResolverArgs: text [ArgIndex]
            ArgIndex: 1 4
            Model: 8 {Opset} text text text 8 text Graph text {Entry}
            Opset: text 8
            Entry: text text
            Graph: {Tensor} {ValueInfo} [Node] 4 [NodeEdge] [text] [text] [SparseTensor]
            Tensor: text text [8] 4 data [text] 8
            SparseTensor: Tensor Tensor [8]
            ValueInfo: text text TypeInfo
            TypeInfo: text 1 TensorType|SequenceType|MapType
            TensorType: 4 Shape
            SequenceType: TypeInfo
            MapType: 4 TypeInfo
            Shape: [Dimension]
            Dimension: DimensionValue text
            DimensionValue: 1 8 text
            Node: text text text 4 4 text 4 text [text] [text] {Attribute} [4] [text]
            NodeEdge: 4 [12] [12]
            Attribute: text text 4 4 8 text Tensor Graph [4] [8] [text] [Tensor] [Graph]
            """;

    private static final Map<String, List<Field>> KINDS =
            TABLES.lines()
                    .map(line -> line.split(": "))
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    parts -> parts[0],
                                    parts ->
                                            Stream.of(parts[1].split(" "))
                                                    .map(OrtSchema::field)
                                                    .toList()));

    private OrtSchema() {}

    /** {@return the fields of a kind of table} */
    static List<Field> fields(String kind) {
        return KINDS.get(kind);
    }

    private static Field field(String word) {
        char first = word.charAt(0);
        if (Character.isDigit(first)) {
            return new Number(Integer.parseInt(word));
        }
        if (first == '[' || first == '{') {
            String inner = word.substring(1, word.length() - 1);
            return switch (field(inner)) {
                case Number number -> new Numbers(number.bytes);
                case Text _ -> new Texts();
                default -> new Tables(inner, first == '{');
            };
        }
        return switch (word) {
            case "text" -> new Text();
            case "data" -> new Data();
            case "gone" -> new Gone();
            default ->
                    word.indexOf('|') > 0
                            ? new Union(Arrays.asList(word.split("\\|")))
                            : new Table(word);
        };
    }
}

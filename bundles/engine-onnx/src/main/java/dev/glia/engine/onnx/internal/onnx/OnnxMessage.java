package dev.glia.engine.onnx.internal.onnx;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The messages of ONNX files. A field is written as {@code NUMBER:KIND}, with a star when it may
 * come more than once, and with {@code |} when it excludes the others that have it.
 */
enum OnnxMessage {
    MODEL(
            "1:int64 2:text 3:text 4:text 5:int64 6:text 7:GRAPH 8:OPSET* 14:ENTRY* 20:TRAINING*"
                    + " 25:FUNCTION*"),
    GRAPH(
            "1:NODE* 2:text 5:TENSOR* 10:text 11:VALUE* 12:VALUE* 13:VALUE* 14:ANNOTATION*"
                    + " 15:SPARSE* 16:ENTRY*"),
    NODE("1:text* 2:text* 3:text 4:text 5:ATTRIBUTE* 6:text 7:text 8:text 9:ENTRY*"),
    ATTRIBUTE(
            "1:text 2:fixed32 3:int64 4:text 5:TENSOR 6:GRAPH 7:fixed32* 8:int64* 9:text* 10:TENSOR*"
                    + " 11:GRAPH* 13:text 14:TYPE 15:TYPE* 20:attribute 21:text 22:SPARSE 23:SPARSE*"),
    TENSOR(
            "1:int64* 2:int32 3:SEGMENT 4:fixed32* 5:int32* 6:text* 7:int64* 8:text 9:text"
                    + " 10:fixed64* 11:int64* 12:text 13:ENTRY* 14:location 16:ENTRY*"),
    SEGMENT("1:int64 2:int64"),
    SPARSE("1:TENSOR 2:TENSOR 3:int64*"),
    ENTRY("1:text 2:text"),
    OPSET("1:text 2:int64"),
    VALUE("1:text 2:TYPE 3:text 4:ENTRY*"),
    TYPE("1|ARRAY 4|SEQUENCE 5|MAP 6:text 7|OPAQUE 8|ARRAY 9|SEQUENCE"),
    ARRAY("1:int32 2:SHAPE"),
    SEQUENCE("1:TYPE"),
    MAP("1:int32 2:TYPE"),
    OPAQUE("1:text 2:text"),
    SHAPE("1:DIM*"),
    DIM("1|int64 2|text 3:text"),
    ANNOTATION("1:text 2:ENTRY*"),
    TRAINING("1:GRAPH 2:GRAPH 3:ENTRY* 4:ENTRY*"),
    FUNCTION(
            "1:text 4:text* 5:text* 6:text* 7:NODE* 8:text 9:OPSET* 10:text 11:ATTRIBUTE* 12:VALUE*"
                    + " 13:text 14:ENTRY*");

    /** Numbers beyond those of the enumerations are no part of ONNX. */
    private static final Map<String, Long> GREATEST =
            Map.of("int32", (long) Integer.MAX_VALUE, "attribute", 14L, "location", 1L);

    private final String text;

    OnnxMessage(String text) {
        this.text = text;
    }

    /**
     * What a field holds.
     *
     * @param number its number
     * @param kind {@code text} for strings and bytes, the name of a message in capitals, or a kind
     *     of number
     * @param repeated whether it may come more than once
     * @param excluding whether it excludes others
     */
    record Field(int number, String kind, boolean repeated, boolean excluding) {

        boolean isMessage() {
            return Character.isUpperCase(kind.charAt(0));
        }

        OnnxMessage message() {
            return valueOf(kind);
        }

        String label() {
            return kind.toLowerCase(Locale.ROOT);
        }

        /** {@return whether this is how values of the kind are written} */
        boolean isWritten(ProtoReader value) {
            int wire = value.wire();
            return switch (kind) {
                case "fixed32" -> wire == ProtoReader.FIXED32 || packed(value, Integer.BYTES);
                case "fixed64" -> wire == ProtoReader.FIXED64 || packed(value, Long.BYTES);
                case "int64" -> wire == ProtoReader.VARINT || packed(value, 1);
                case "int32", "attribute", "location" ->
                        wire == ProtoReader.VARINT ? isInRange(value) : packed(value, 1);
                default -> wire == ProtoReader.LENGTH;
            };
        }

        private boolean packed(ProtoReader value, int bytes) {
            return repeated
                    && value.wire() == ProtoReader.LENGTH
                    && value.bytes().remaining() % bytes == 0;
        }

        private boolean isInRange(ProtoReader value) {
            long number = value.varintValue();
            long least = kind.equals("int32") ? Integer.MIN_VALUE : 0;
            return number >= least && number <= GREATEST.get(kind);
        }
    }

    /** {@return the field of a number, {@code null} when it is new} */
    Field field(int number) {
        return Fields.OF.get(this).get(number);
    }

    /** In a class of its own, because messages name each other. */
    private static final class Fields {
        private static final Map<OnnxMessage, Map<Integer, Field>> OF = new HashMap<>();

        static {
            for (OnnxMessage message : values()) {
                Map<Integer, Field> fields = new HashMap<>();
                for (String field : message.text.split(" ")) {
                    boolean excluding = field.contains("|");
                    boolean repeated = field.endsWith("*");
                    String[] parts = field.replace("*", "").split("[:|]");
                    int number = Integer.parseInt(parts[0]);
                    fields.put(number, new Field(number, parts[1], repeated, excluding));
                }
                OF.put(message, fields);
            }
        }
    }
}

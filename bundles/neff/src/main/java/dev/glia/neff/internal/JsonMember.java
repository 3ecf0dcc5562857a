package dev.glia.neff.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.function.Function;

/** Reads one JSON member as a stream, within bounds; keys that nobody asks for are skipped. */
final class JsonMember implements AutoCloseable {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // As Python writes them, in metrics that nobody needs.
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxDocumentLength(Bounds.JSON_BYTES)
                                    .maxNestingDepth(Bounds.JSON_DEPTH)
                                    .maxStringLength(Bounds.JSON_STRING)
                                    .maxNameLength(Bounds.JSON_KEY)
                                    .maxNumberLength(Bounds.JSON_NUMBER)
                                    .build())
                    .build();

    private final String name;
    private final Refusals refusals;
    private final JsonParser parser;

    /**
     * Reads a value; the parser stands at its first token before, and at its last token afterwards.
     */
    @FunctionalInterface
    interface Value {
        void read() throws IOException;
    }

    /** Reads a field of an object, and tells whether it wanted it. */
    @FunctionalInterface
    interface Field {
        boolean read(String key) throws IOException;
    }

    private JsonMember(String name, MemorySegment bytes, Refusals refusals) throws IOException {
        this.name = name;
        this.refusals = refusals;
        if (bytes.byteSize() > Bounds.JSON_BYTES) {
            throw refusals.member(
                    name, "its size", bytes.byteSize(), "at most " + Bounds.JSON_BYTES + " bytes");
        }
        byte[] text = bytes.toArray(ValueLayout.JAVA_BYTE);
        requireUtf8(text);
        this.parser = FACTORY.createParser(text);
    }

    /** The parser would guess the encoding, and other readers would not guess the same. */
    private void requireUtf8(byte[] text) {
        for (int i = 0; i < Math.min(4, text.length); i++) {
            boolean mark = (text[i] & 0xff) >= 0xef;
            if (text[i] == 0 || mark && i == 0) {
                throw wrong(
                        "its encoding",
                        "UTF-16, UTF-32, or begun with a byte order mark",
                        "JSON in UTF-8 without a byte order mark");
            }
        }
    }

    /** Reads a member that is one object. */
    static void read(
            String name, MemorySegment bytes, Refusals refusals, Function<JsonMember, Field> of) {
        try (JsonMember json = new JsonMember(name, bytes, refusals)) {
            json.parser.nextToken();
            json.object("the document", of.apply(json));
            if (json.parser.nextToken() != null) {
                throw json.wrong("the document", "followed by more text", "one JSON object");
            }
        } catch (JsonProcessingException malformed) {
            JsonLocation at = malformed.getLocation();
            String place =
                    at == null
                            ? ""
                            : ", line %s, column %s".formatted(at.getLineNr(), at.getColumnNr());
            throw refusals.invalid(
                    "member %s%s: %s; accepted: well-formed JSON within the bounds"
                            .formatted(name, place, Refusals.shown(malformed.getOriginalMessage())),
                    malformed);
        } catch (IOException impossible) {
            throw refusals.invalid("member " + name + " cannot be read", impossible);
        }
    }

    void object(String what, Field field) throws IOException {
        require(JsonToken.START_OBJECT, what, "an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            if (!field.read(key)) {
                parser.skipChildren();
            }
        }
    }

    void array(String what, int most, Value element) throws IOException {
        require(JsonToken.START_ARRAY, what, "an array");
        for (int count = 0; parser.nextToken() != JsonToken.END_ARRAY; count++) {
            if (count == most) {
                throw wrong(what, "longer than " + most, "at most " + most + " entries");
            }
            element.read();
        }
    }

    boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    boolean isArray() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    boolean isText() {
        return parser.currentToken() == JsonToken.VALUE_STRING;
    }

    boolean isWhole() {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
    }

    /** The text or number as it stands there. */
    String raw() throws IOException {
        return parser.getText();
    }

    void skip() throws IOException {
        parser.skipChildren();
    }

    String text(String what, int most) throws IOException {
        require(JsonToken.VALUE_STRING, what, "a string");
        String text = parser.getText();
        if (text.length() > most) {
            throw wrong(what, text, "at most " + most + " characters");
        }
        return text;
    }

    /** Reads a number, written as one or as a string. */
    long number(String what, long least, long most) throws IOException {
        String text =
                parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : integer(what);
        try {
            BigInteger value = new BigInteger(text);
            if (value.bitLength() < Long.SIZE
                    && value.longValue() >= least
                    && value.longValue() <= most) {
                return value.longValue();
            }
        } catch (NumberFormatException noNumber) {
            throw wrong(what, text, least + " to " + most);
        }
        throw wrong(what, text, least + " to " + most);
    }

    private String integer(String what) throws IOException {
        require(JsonToken.VALUE_NUMBER_INT, what, "a whole number");
        return parser.getText();
    }

    private void require(JsonToken token, String what, String accepted) throws IOException {
        if (parser.currentToken() != token) {
            throw wrong(
                    what, parser.currentToken() == null ? "missing" : parser.getText(), accepted);
        }
    }

    RuntimeException wrong(String what, Object found, String accepted) {
        return refusals.member(name, what, found, accepted);
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}

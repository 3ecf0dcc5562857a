package dev.glia.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON of maps, collections, numbers, Booleans and texts, on one line. */
public final class Json {

    private static final JsonFactory JSON = new JsonFactory();

    private Json() {}

    /**
     * {@return an object that keeps the order of its members}
     *
     * @param members names and values in turn; a value may be null
     */
    public static Map<String, Object> object(Object... members) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            object.put((String) members[i], members[i + 1]);
        }
        return object;
    }

    /**
     * {@return a value as JSON}
     *
     * @param value what to write; what is none of the above is written as the text it has
     */
    public static String write(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);
            write(value, json);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static void write(Object value, JsonGenerator json) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Map<?, ?> object -> {
                json.writeStartObject();
                for (var member : object.entrySet()) {
                    json.writeFieldName(String.valueOf(member.getKey()));
                    write(member.getValue(), json);
                }
                json.writeEndObject();
            }
            case Collection<?> array -> {
                json.writeStartArray();
                for (Object element : array) {
                    write(element, json);
                }
                json.writeEndArray();
            }
            case Boolean truth -> json.writeBoolean(truth);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Float number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case BigDecimal number -> json.writeNumber(number);
            case BigInteger number -> json.writeNumber(number);
            default -> json.writeString(value.toString());
        }
    }
}

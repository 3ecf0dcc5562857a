package dev.glia.launcher.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON of maps, lists, numbers, Booleans and strings, on one line. */
final class Json {

    private Json() {}

    /** An object from names and values in turn. */
    static Map<String, Object> object(Object... members) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            object.put((String) members[i], members[i + 1]);
        }
        return object;
    }

    /** Nanoseconds as milliseconds with a precision that means something. */
    static BigDecimal millis(double nanos) {
        return BigDecimal.valueOf(nanos / 1e6)
                .setScale(4, RoundingMode.HALF_UP)
                .stripTrailingZeros();
    }

    static String write(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
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

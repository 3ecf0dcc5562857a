package dev.glia.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What both ends say: one JSON object per line, from bytes that anybody may have sent. Reads one
 * connection; not thread-safe.
 */
public final class Line {
    /** The longest line of a client. */
    public static final int REQUEST = 64 << 10;

    /** The longest line of a process. */
    public static final int ANSWER = 4 << 20;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(8)
                                    .maxNumberLength(32)
                                    .build())
                    .build();

    private final ByteChannel channel;
    private final int limit;
    private final ByteBuffer buffer = ByteBuffer.allocate(8 << 10).flip();

    /**
     * Reads lines.
     *
     * @param channel the connection
     * @param limit the most bytes of a line
     */
    public Line(ByteChannel channel, int limit) {
        this.channel = channel;
        this.limit = limit;
    }

    /**
     * Reads the next object.
     *
     * @return it, or nothing when the other end has said all
     * @throws IllegalArgumentException for a line that is too long or no JSON object
     * @throws IOException when the connection breaks, also in the middle of a line
     */
    public Optional<Map<String, Object>> read() throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next == '\n') {
                    return Optional.of(parse(line.toByteArray()));
                }
                if (line.size() == limit) {
                    throw new IllegalArgumentException("a line has more than " + limit + " bytes");
                }
                line.write(next);
            }
            int read = channel.read(buffer.clear());
            buffer.flip();
            if (read < 0) {
                if (line.size() > 0) {
                    throw new IOException("the connection ended within a line");
                }
                return Optional.empty();
            }
        }
    }

    /**
     * Begins an answer with a space, which JSON allows: that fails when nobody is there any more to
     * read it.
     *
     * @param channel the connection
     * @throws IOException when the other end has closed it
     */
    public static void announce(ByteChannel channel) throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {' '}));
    }

    /**
     * Writes an object and the end of its line.
     *
     * @param channel the connection
     * @param object what to say: maps, collections, numbers, Booleans and texts
     * @throws IOException when the connection breaks
     */
    public static void write(ByteChannel channel, Map<String, ?> object) throws IOException {
        ByteBuffer line = StandardCharsets.UTF_8.encode(Json.write(object) + "\n");
        while (line.hasRemaining()) {
            channel.write(line);
        }
    }

    private static Map<String, Object> parse(byte[] line) throws IOException {
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("a line is one JSON object");
            }
            Map<String, Object> object = object(json);
            if (json.nextToken() != null) {
                throw new IllegalArgumentException("there is something behind the JSON object");
            }
            return object;
        } catch (JsonProcessingException wrong) {
            throw new IllegalArgumentException(
                    "a line is no JSON object: " + wrong.getOriginalMessage(), wrong);
        }
    }

    private static Map<String, Object> object(JsonParser json) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            members.put(name, value(json));
        }
        return members;
    }

    private static Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json);
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(json));
                }
                yield elements;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getNumberValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> json.getText();
        };
    }
}

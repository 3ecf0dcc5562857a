package dev.glia.neff.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Walks over the texts of a JSON member, from its top down to those within a table in a list. */
final class JsonTexts {
    private static final int DEEPEST = 4;

    /** Takes a text. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Takes a text.
         *
         * @param path keys, and places in lists such as {@code [0]}; only valid during the call
         */
        void text(List<String> path, String text);
    }

    private final JsonMember json;
    private final Visitor visitor;
    private final List<String> path = new ArrayList<>();

    private JsonTexts(JsonMember json, Visitor visitor) {
        this.json = json;
        this.visitor = visitor;
    }

    static void visit(String member, MemorySegment bytes, Refusals refusals, Visitor visitor) {
        JsonMember.read(member, bytes, refusals, json -> new JsonTexts(json, visitor)::value);
    }

    /** A path as people write it, such as {@code graphs[0].definition}. */
    static String key(List<String> path) {
        return String.join(".", path).replace(".[", "[");
    }

    private boolean value(String step) throws IOException {
        path.addLast(step);
        if (json.isText()) {
            visitor.text(path, json.text(step, Bounds.JSON_STRING));
        } else if (path.size() == DEEPEST) {
            json.skip();
        } else if (json.isObject()) {
            json.object(step, this::value);
        } else if (json.isArray()) {
            int[] place = {0};
            json.array(step, Integer.MAX_VALUE, () -> value("[" + place[0]++ + "]"));
        }
        path.removeLast();
        return true;
    }
}

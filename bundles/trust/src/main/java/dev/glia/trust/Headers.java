package dev.glia.trust;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The main section of a manifest, read so strictly that no other reader can find something else in
 * it: what is unclear is refused.
 */
final class Headers {
    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9][A-Za-z0-9_-]{0,69}): (.*)");

    private final Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /**
     * One clause of a header.
     *
     * @param paths what it is about, such as the names of packages
     * @param parameters its directives, whose names end with a colon, and attributes, in small
     *     letters
     */
    record Clause(List<String> paths, Map<String, String> parameters) {}

    private Headers() {}

    static Headers of(byte[] manifest) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(manifest)).toString();
        } catch (CharacterCodingException notText) {
            throw unclear("it is not UTF-8");
        }
        text = text.replace("\r\n", "\n");
        if (text.chars().anyMatch(c -> c != '\n' && c != '\t' && Character.isISOControl(c))) {
            throw unclear("it has control characters");
        }
        int end = text.indexOf("\n\n");
        String main = (end < 0 ? text : text.substring(0, end)).replace("\n ", "");
        var headers = new Headers();
        if (!text.startsWith("\n")) {
            main.lines().forEach(headers::add);
        }
        return headers;
    }

    private void add(String line) {
        Matcher header = LINE.matcher(line);
        if (!header.matches()) {
            throw unclear("it has the line \"" + shortened(line) + "\"");
        }
        if (values.put(header.group(1), header.group(2)) != null) {
            throw unclear("it has the header " + header.group(1) + " twice");
        }
    }

    /** {@return the value of a header, empty when it is not there} */
    String value(String header) {
        return values.getOrDefault(header, "").strip();
    }

    /** {@return how long all of them are together} */
    long length() {
        return values.values().stream().mapToLong(String::length).sum();
    }

    /** {@return how many clauses, paths and parameters all of them have together, or a few less} */
    long parts() {
        return values.values().stream().mapToLong(Headers::parts).sum();
    }

    private static long parts(String value) {
        long parts = 0;
        boolean quoted = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            quoted ^= c == '"';
            parts += !quoted && (c == ',' || c == ';') ? 1 : 0;
        }
        return parts;
    }

    /** {@return the clauses of a header; none when it is not there} */
    List<Clause> clauses(String header) {
        return new Clauses(header, value(header)).all();
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    /** Reads the clauses of a header from left to right. */
    private static final class Clauses {
        private final String header;
        private final String text;
        private int at;

        Clauses(String header, String text) {
            this.header = header;
            this.text = text;
            if (text.indexOf('\\') >= 0) {
                throw unclear("its header " + header + " has a backslash");
            }
        }

        List<Clause> all() {
            List<Clause> clauses = new ArrayList<>();
            while (at < text.length()) {
                clauses.add(clause());
            }
            return clauses;
        }

        private Clause clause() {
            List<String> paths = new ArrayList<>();
            Map<String, String> parameters = new HashMap<>();
            do {
                int start = at;
                find(";,=\"");
                if (isAt('=')) {
                    String name = text.substring(start, at).strip().toLowerCase(Locale.ROOT);
                    at++;
                    parameters.put(name, value());
                } else {
                    String path = text.substring(start, at).strip();
                    if (path.isEmpty() || isAt('"') || !parameters.isEmpty()) {
                        throw unclearAt(start);
                    }
                    paths.add(path);
                }
            } while (take(';'));
            if (!take(',') && at < text.length()) {
                throw unclearAt(at);
            }
            return new Clause(List.copyOf(paths), Map.copyOf(parameters));
        }

        private String value() {
            int start = at;
            find(";,\"");
            if (!isAt('"')) {
                return text.substring(start, at).strip();
            }
            if (!text.substring(start, at).isBlank()) {
                throw unclearAt(start);
            }
            int opened = ++at;
            find("\"");
            if (!isAt('"')) {
                throw unclearAt(start);
            }
            String quoted = text.substring(opened, at++);
            int closed = at;
            find(";,");
            if (!text.substring(closed, at).isBlank()) {
                throw unclearAt(start);
            }
            return quoted;
        }

        private void find(String delimiters) {
            while (at < text.length() && delimiters.indexOf(text.charAt(at)) < 0) {
                at++;
            }
        }

        private boolean isAt(char delimiter) {
            return at < text.length() && text.charAt(at) == delimiter;
        }

        private boolean take(char delimiter) {
            boolean there = isAt(delimiter);
            if (there) {
                at++;
            }
            return there;
        }

        private Refusal unclearAt(int start) {
            return unclear(
                    "its header " + header + " has \"" + shortened(text.substring(start)) + "\"");
        }
    }

    private static Refusal unclear(String what) {
        return new Refusal(
                "its manifest can be read in more than one way: "
                        + what
                        + "; build the bundle with a current bnd");
    }
}

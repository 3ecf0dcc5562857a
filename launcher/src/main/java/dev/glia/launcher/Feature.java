package dev.glia.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which bundles make up a deployment: an OSGi Feature (Compendium 159) with the extensions of the
 * Feature Launcher (Compendium 160) for start levels and framework properties.
 */
record Feature(
        String id,
        List<Entry> bundles,
        int defaultStartLevel,
        int beginningStartLevel,
        Map<String, String> properties) {

    /** Bundle metadata: {@code SHA-256;} and the digest in hexadecimal digits. */
    static final String DIGEST = "dev.glia.digest";

    static final String START_LEVEL = "bundleStartLevel";

    private static final String RESOURCE_VERSION = "1.0";

    /** A bundle by its Maven coordinates. */
    record Entry(
            String group,
            String artifact,
            String version,
            Optional<Integer> startLevel,
            Optional<String> digest) {

        String id() {
            return group + ":" + artifact + ":" + version;
        }

        String fileName() {
            return artifact + "-" + version + ".jar";
        }
    }

    Feature {
        bundles = List.copyOf(bundles);
        properties = Map.copyOf(properties);
    }

    int startLevel(Entry entry) {
        return entry.startLevel().orElse(defaultStartLevel);
    }

    /** {@return the feature without the bundles that start later than a level} */
    Feature upTo(int level) {
        return new Feature(
                id,
                bundles.stream().filter(bundle -> startLevel(bundle) <= level).toList(),
                defaultStartLevel,
                Math.min(beginningStartLevel, level),
                properties);
    }

    /**
     * Reads a feature file; whatever is wrong with it is told by file, place and what is accepted.
     */
    static Feature read(Path file) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            return new Reader(json).feature();
        } catch (com.fasterxml.jackson.core.JacksonException damaged) {
            var place = damaged.getLocation();
            throw new IOException(
                    "feature "
                            + file
                            + " line "
                            + (place == null ? "?" : place.getLineNr())
                            + ": "
                            + damaged.getOriginalMessage(),
                    damaged);
        } catch (IllegalArgumentException wrong) {
            throw new IOException("feature " + file + ": " + wrong.getMessage(), wrong);
        }
    }

    /** One pass over the JSON tree. */
    private record Reader(JsonParser json) {

        Feature feature() throws IOException {
            Map<String, Object> root = object(tree(json.nextToken(), 0), "the feature");
            if (json.nextToken() != null) {
                throw new IllegalArgumentException("there is something behind the feature");
            }
            Object resource = root.getOrDefault("feature-resource-version", RESOURCE_VERSION);
            if (!RESOURCE_VERSION.equals(resource)) {
                throw new IllegalArgumentException(
                        "feature-resource-version "
                                + resource
                                + " is not supported, only "
                                + RESOURCE_VERSION);
            }
            if (!object(root.getOrDefault("configurations", Map.of()), "configurations")
                    .isEmpty()) {
                throw new IllegalArgumentException(
                        "configurations are not supported; use framework properties");
            }
            int defaultLevel = 1;
            int beginning = 1;
            Map<String, String> properties = new LinkedHashMap<>();
            for (var extension :
                    object(root.getOrDefault("extensions", Map.of()), "extensions").entrySet()) {
                Map<String, Object> value = object(extension.getValue(), extension.getKey());
                switch (extension.getKey()) {
                    case "bundle-start-levels" -> {
                        Map<String, Object> levels =
                                object(value.get("json"), "bundle-start-levels");
                        defaultLevel = level(levels.getOrDefault("defaultStartLevel", 1));
                        beginning = level(levels.getOrDefault("minimumStartLevel", 1));
                    }
                    case "framework-launching-properties" ->
                            list(value.get("text"), extension.getKey())
                                    .forEach(line -> property(String.valueOf(line), properties));
                    default -> {
                        if ("mandatory".equals(value.get("kind"))) {
                            throw new IllegalArgumentException(
                                    "unknown mandatory extension " + extension.getKey());
                        }
                    }
                }
            }
            List<Entry> bundles = new ArrayList<>();
            for (Object bundle : list(root.getOrDefault("bundles", List.of()), "bundles")) {
                bundles.add(entry(object(bundle, "a bundle")));
            }
            return new Feature(
                    String.valueOf(root.get("id")), bundles, defaultLevel, beginning, properties);
        }

        private static Entry entry(Map<String, Object> bundle) {
            String id = String.valueOf(bundle.get("id"));
            String[] parts = id.split(":", -1);
            if (parts.length != 3 || !id.matches("[A-Za-z0-9_.:+-]+") || id.contains("..")) {
                throw new IllegalArgumentException(
                        "bundle id \"" + id + "\" is not group:artifact:version");
            }
            Optional<Integer> level =
                    Optional.ofNullable(bundle.get(START_LEVEL)).map(Reader::level);
            Optional<String> digest = Optional.ofNullable(bundle.get(DIGEST)).map(String::valueOf);
            return new Entry(parts[0], parts[1], parts[2], level, digest);
        }

        private static int level(Object value) {
            if (value instanceof Integer level && level > 0) {
                return level;
            }
            throw new IllegalArgumentException("start level " + value + " is not a number from 1");
        }

        private static void property(String line, Map<String, String> properties) {
            int equals = line.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(
                        "framework property \"" + line + "\" is not name=value");
            }
            properties.put(line.substring(0, equals), line.substring(equals + 1));
        }

        private Object tree(JsonToken token, int depth) throws IOException {
            if (token == null || depth > 16) {
                throw new IllegalArgumentException(
                        token == null ? "it ends too early" : "it is nested too deeply");
            }
            return switch (token) {
                case START_OBJECT -> {
                    Map<String, Object> members = new LinkedHashMap<>();
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        String name = json.currentName();
                        members.put(name, tree(json.nextToken(), depth + 1));
                    }
                    yield members;
                }
                case START_ARRAY -> {
                    List<Object> elements = new ArrayList<>();
                    for (JsonToken next = json.nextToken();
                            next != JsonToken.END_ARRAY;
                            next = json.nextToken()) {
                        elements.add(tree(next, depth + 1));
                    }
                    yield elements;
                }
                case VALUE_NUMBER_INT -> json.getIntValue();
                default -> json.getText();
            };
        }

        private static Map<String, Object> object(Object value, String what) {
            if (value instanceof Map<?, ?> members) {
                Map<String, Object> copy = new LinkedHashMap<>();
                members.forEach((name, member) -> copy.put(String.valueOf(name), member));
                return copy;
            }
            throw new IllegalArgumentException(what + " should be a JSON object");
        }

        private static List<?> list(Object value, String what) {
            if (value instanceof List<?> elements) {
                return elements;
            }
            throw new IllegalArgumentException(what + " should be a JSON array");
        }
    }
}
